"""register, login, token."""

from typing import Annotated

import typer

from docqa_cli import show
from docqa_cli.client import Client

Email = Annotated[str, typer.Option(prompt="E-mail", help="E-mail address of the account.")]
Password = Annotated[
    str, typer.Option(prompt=True, hide_input=True, envvar="DOCQA_PASSWORD", help="At least 8 characters.")
]


def register(email: Email, password: Password) -> None:
    """Make an account and log in."""
    with Client() as client:
        login = client.register(email, password)
    show.out.print(f"Registered and logged in as {login.email}.")


def login(email: Email, password: Password) -> None:
    """Log in; the access token is kept until it expires."""
    with Client() as client:
        kept = client.login(email, password)
    show.out.print(f"Logged in as {kept.email}.")


def token() -> None:
    """Print a valid access token."""
    with Client() as client:
        print(client.token())
