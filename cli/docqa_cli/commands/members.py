"""invite, members, share, unshare."""

from enum import StrEnum
from typing import Annotated

import typer
from rich.markup import escape

from docqa_cli import show
from docqa_cli.client import Client
from docqa_cli.commands.collections import Json, collection_id
from docqa_cli.errors import CliError

Collection = Annotated[str, typer.Argument(help="Name or id of a collection.")]
Person = Annotated[str | None, typer.Argument(help="E-mail address of somebody who has joined you.")]
Everyone = Annotated[bool, typer.Option("--everyone", help="All who have joined you.")]


class Role(StrEnum):
    """What somebody may do in a collection."""

    VIEWER = "viewer"
    EDITOR = "editor"
    OWNER = "owner"


def invite(
    email: Annotated[str, typer.Argument(help="Who may join you.")],
    admin: Annotated[bool, typer.Option("--admin", help="Let them invite people and own every collection.")] = False,
    json: Json = False,
) -> None:
    """Print an invitation for this e-mail address; hand it over, it holds for seven days."""
    with Client() as client:
        made = client.call("POST", "auth/invitations", {"email": email, "role": "admin" if admin else "member"})
    if json:
        show.print_json(made)
    else:
        print(made["invitation"])


def members(collection: Collection, json: Json = False) -> None:
    """List whom a collection of yours is shared with."""
    with Client() as client:
        found = client.call("GET", f"collections/{collection_id(client, collection)}/members")
    if json:
        show.print_json(found)
    else:
        show.members(found["members"], found["everyone"])


def share(
    collection: Collection,
    email: Person = None,
    role: Annotated[Role, typer.Option(help="What they may do.")] = Role.VIEWER,
    everyone: Everyone = False,
    json: Json = False,
) -> None:
    """Share a collection: viewers ask and read, editors also change documents, owners also share and rename."""
    _one_of(email, everyone)
    with Client() as client:
        address = f"collections/{collection_id(client, collection)}"
        if email is None:
            done = client.call("PUT", f"{address}/everyone", {"role": role.value})
        else:
            done = client.call("PUT", f"{address}/members", {"email": email, "role": role.value})
    if json:
        show.print_json(done)
    else:
        show.line(f"Shared: {escape(email or 'everyone')} is {role.value} now.")


def unshare(collection: Collection, email: Person = None, everyone: Everyone = False, json: Json = False) -> None:
    """Take a collection away from somebody; it is gone for them at once."""
    _one_of(email, everyone)
    with Client() as client:
        address = f"collections/{collection_id(client, collection)}"
        if email is None:
            client.call("PUT", f"{address}/everyone", {"role": None})
        else:
            found = client.call("GET", f"{address}/members")["members"]
            ids = [member["user_id"] for member in found if member["email"].casefold() == email.casefold()]
            if not ids:
                raise CliError(f"The collection is not shared with {email}.", code="not_found")
            client.call("DELETE", f"{address}/members/{ids[0]}")
    if json:
        show.print_json({"email": email, "everyone": everyone, "shared": False})
    else:
        show.line(f"Not shared with {escape(email or 'everyone')} any more.")


def _one_of(email: str | None, everyone: bool) -> None:
    """Raises BadParameter."""
    if (email is None) is not everyone:
        raise typer.BadParameter("Name an e-mail address, or say --everyone.")
