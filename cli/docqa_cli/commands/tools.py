"""tools, allow-tool, withdraw-tool."""

from typing import Annotated, Any

import typer
from rich.markup import escape

from docqa_cli import show
from docqa_cli.client import Client
from docqa_cli.commands.collections import CollectionName, Json, collection_id
from docqa_cli.errors import CliError

ToolName = Annotated[str, typer.Argument(help="SERVER.TOOL, as `docqa tools` lists it.")]
Confirm = Annotated[
    bool | None, typer.Option("--confirm/--no-confirm", help="Ask before each call; by default, unless it only reads.")
]


def tools(json: Json = False) -> None:
    """Tools of the servers that the operator has set up, and the collections that they may be used for."""
    with Client() as client:
        servers = client.call("GET", "tools")["servers"]
        names = {row["collection_id"]: row["name"] for row in client.call("GET", "collections")["collections"]}
    if json:
        show.print_json(servers)
        return
    for server in servers:
        if server["problem"]:
            show.line(f"[red]{escape(server['server'])}[/]: {escape(server['problem'])}")
        for tool in server["tools"]:
            reads = "" if tool["read_only"] else " [yellow](may change something)[/]"
            described = next(iter(tool["description"].splitlines()), "")
            show.line(f"[bold]{escape(server['server'])}.{escape(tool['tool'])}[/]{reads}  {escape(described[:200])}")
            for allowed in tool["allowed"]:
                show.line(f"  [dim]{_allowed(allowed, names)}[/]")
    if not servers:
        show.line("There are no tool servers. The operator names them in DOCQA_TOOL_SERVERS.")


def allow_tool(tool: ToolName, collection: CollectionName = None, confirm: Confirm = None, json: Json = False) -> None:
    """Allow a tool, as it is described now, for questions about a collection (the default one if none is named)."""
    with Client() as client:
        grant = client.call("PUT", _path(client, tool, collection), {"confirm": confirm})
    if json:
        show.print_json(grant)
    else:
        show.line(f"{escape(tool)} may be used{', after a yes each time' if grant['confirm'] else ''}.")


def withdraw_tool(tool: ToolName, collection: CollectionName = None) -> None:
    """Stop allowing a tool for a collection."""
    with Client() as client:
        client.call("DELETE", _path(client, tool, collection))


def _path(client: Client, tool: str, collection: str | None) -> str:
    server, dot, name = tool.partition(".")
    if not (server and dot and name):
        raise CliError("Name a tool as SERVER.TOOL.", code="usage")
    chosen = collection_id(client, collection)
    if chosen is None:
        rows = client.call("GET", "collections")["collections"]
        chosen = next(row["collection_id"] for row in rows if row["is_default"])
    return f"tools/{server}/{name}/collections/{chosen}"


def _allowed(allowed: dict[str, Any], names: dict[str, str]) -> str:
    collection = names.get(allowed["collection_id"], allowed["collection_id"])
    if allowed["changed"]:
        return f"was allowed for {escape(collection)}, has changed since and is not used"
    return f"allowed for {escape(collection)}{', after a yes each time' if allowed['confirm'] else ''}"
