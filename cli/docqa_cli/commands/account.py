"""register, login, token."""

from typing import Annotated

import typer
from rich.markup import escape

from docqa_cli import show
from docqa_cli.client import Client
from docqa_cli.commands.collections import Json
from docqa_cli.session import Login

Email = Annotated[str, typer.Option(prompt="E-mail", help="E-mail address of the account.")]
Password = Annotated[
    str, typer.Option(prompt=True, hide_input=True, envvar="DOCQA_PASSWORD", help="At least 8 characters.")
]


Invitation = Annotated[str | None, typer.Option(help="From `docqa invite`: join those who sent it.")]


def register(email: Email, password: Password, invitation: Invitation = None, json: Json = False) -> None:
    """Make an account and log in: alone, or by invitation with the people who sent it."""
    with Client() as client:
        _report(client.register(email, password, invitation), "Registered and logged in", json=json)


def login(email: Email, password: Password, json: Json = False) -> None:
    """Log in; the access token is kept until it expires."""
    with Client() as client:
        _report(client.login(email, password), "Logged in", json=json)


def token(json: Json = False) -> None:
    """Print a valid access token."""
    with Client() as client:
        access_token = client.token()
    if json:
        show.print_json({"access_token": access_token})
    else:
        print(access_token)


def _report(login: Login, done: str, *, json: bool) -> None:
    if json:
        show.print_json({"email": login.email, "api_url": login.api_url, "expires_at": login.expires_at})
    else:
        show.out.print(escape(f"{done} as {login.email}."))
