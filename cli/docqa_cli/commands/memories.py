"""memories, forget."""

from typing import Annotated

import typer
from rich.markup import escape

from docqa_cli import show
from docqa_cli.client import Client
from docqa_cli.commands.collections import Json
from docqa_cli.errors import CliError


def memories(json: Json = False) -> None:
    """What you asked to remember ("remember that …"), and nobody else sees."""
    with Client() as client:
        found = client.call("GET", "memories")["memories"]
    if json:
        show.print_json(found)
        return
    for memory in found:
        show.line(f"[dim]{memory['memory_id']}[/]  {escape(memory['content'])}")
    if not found:
        show.line("Nothing is remembered.")


def forget(
    memory: Annotated[list[str] | None, typer.Argument(help="Ids of memories.")] = None,
    everything: Annotated[bool, typer.Option("--all", help="Forget everything.")] = False,
) -> None:
    """Forget memories."""
    if not memory and not everything:
        raise CliError("Name what to forget, or say --all.", code="usage")
    with Client() as client:
        if everything:
            client.call("DELETE", "memories")
        for memory_id in memory or ():
            client.call("DELETE", f"memories/{memory_id}")
