"""collections, create-collection, change-collection, delete-collection, rechunk."""

from concurrent.futures import ThreadPoolExecutor
from enum import StrEnum
from typing import Annotated, Any

import typer

from docqa_cli import show
from docqa_cli.client import Client
from docqa_cli.errors import CliError
from docqa_cli.uploads import PARALLEL, follow

Json = Annotated[bool, typer.Option("--json", help="Print JSON for programs.")]
CollectionName = Annotated[str | None, typer.Option("--collection", help="Name or id of a collection.")]


class Strategy(StrEnum):
    """How documents are cut into passages."""

    SECTIONS = "sections"
    RECURSIVE = "recursive"
    SENTENCE = "sentence"
    SEMANTIC = "semantic"
    FIXED = "fixed"


Strategies = Annotated[Strategy | None, typer.Option("--strategy", help="How to cut documents into passages.")]
Tokens = Annotated[int | None, typer.Option("--chunk-tokens", min=32, max=480, help="Size of a passage, at most.")]
Overlap = Annotated[int | None, typer.Option("--overlap-tokens", min=0, max=120, help="What neighbours share.")]
Headings = Annotated[bool | None, typer.Option("--headings/--no-headings", help="Embed headings with passages.")]
HiddenText = Annotated[bool | None, typer.Option("--hidden/--no-hidden", help="Index text that does not show.")]
Rerank = Annotated[bool | None, typer.Option("--rerank/--no-rerank", help="Whether searches may rerank its passages.")]


def collections(json: Json = False) -> None:
    """List your collections and how each is indexed."""
    with Client() as client:
        rows = client.call("GET", "collections")["collections"]
    if json:
        show.print_json(rows)
    else:
        show.collections(rows)


def create_collection(
    name: Annotated[str, typer.Argument(help="Name of the new collection.")],
    strategy: Strategies = None,
    chunk_tokens: Tokens = None,
    overlap_tokens: Overlap = None,
    headings: Headings = None,
    hidden: HiddenText = None,
    rerank: Rerank = None,
    json: Json = False,
) -> None:
    """Make a collection; the options say how its documents are indexed and searched."""
    options = _options({}, strategy, chunk_tokens, overlap_tokens, headings, hidden)
    search = {} if rerank is None else {"search": {"rerank": rerank}}
    with Client() as client:
        made = client.call("POST", "collections", {"name": name, "options": options, **search})
    if json:
        show.print_json(made)
    else:
        show.collections([made])


def change_collection(
    collection: Annotated[str, typer.Argument(help="Name or id of a collection.")],
    name: Annotated[str | None, typer.Option("--name", help="A new name.")] = None,
    rerank: Rerank = None,
    json: Json = False,
) -> None:
    """Rename a collection, or change how it is searched; `rechunk` changes how it is indexed."""
    changes: dict[str, Any] = {} if name is None else {"name": name}
    if rerank is not None:
        changes["search"] = {"rerank": rerank}
    if not changes:
        raise CliError("Say what to change: --name, --rerank or --no-rerank.", code="invalid_request")
    with Client() as client:
        changed = client.call("PATCH", f"collections/{collection_id(client, collection)}", changes)
    if json:
        show.print_json(changed)
    else:
        show.collections([changed])


def delete_collection(
    collection: Annotated[str, typer.Argument(help="Name or id of a collection.")], json: Json = False
) -> None:
    """Delete a collection and every document in it."""
    with Client() as client:
        chosen = collection_id(client, collection)
        client.call("DELETE", f"collections/{chosen}")
    if json:
        show.print_json({"collection_id": chosen, "deleted": True})
    else:
        show.out.print("Deleted.")


def rechunk(
    collection: Annotated[str, typer.Argument(help="Name or id of a collection.")],
    strategy: Strategies = None,
    chunk_tokens: Tokens = None,
    overlap_tokens: Overlap = None,
    headings: Headings = None,
    hidden: HiddenText = None,
    timeout: Annotated[float, typer.Option(help="Seconds to wait.", min=1)] = 1800,
    json: Json = False,
) -> None:
    """Change how a collection is indexed and index its documents anew; the old passages answer until then."""
    with Client() as client:
        chosen = collection_id(client, collection)
        present = client.call("GET", f"collections/{chosen}")["options"]
        options = _options(present, strategy, chunk_tokens, overlap_tokens, headings, hidden)
        client.call("PATCH", f"collections/{chosen}", {"options": options})
        ready = [
            row
            for row in client.call("GET", f"documents?collection_id={chosen}")["documents"]
            if row["active_version"] is not None
        ]
        with ThreadPoolExecutor(PARALLEL, thread_name_prefix="rechunk") as pool:
            started = list(pool.map(lambda row: client.call("POST", f"documents/{row['document_id']}/rechunk"), ready))
        rows = follow(client, [row["document_id"] for row in started], timeout_s=timeout)
    if json:
        show.print_json(rows)
    else:
        show.documents(rows)
    raise typer.Exit(0 if all(row["status"] == "ready" for row in rows) else 1)


def collection_id(client: Client, named: str | None) -> str | None:
    """The id of a collection given by id or by name (without regard to case)."""
    if named is None:
        return None
    rows = client.call("GET", "collections")["collections"]
    for row in rows:
        if named in (row["collection_id"], row["name"]) or named.casefold() == row["name"].casefold():
            return str(row["collection_id"])
    names = ", ".join(row["name"] for row in rows)
    raise CliError(f"There is no collection {named!r}; there is: {names}.", code="not_found")


def _options(
    present: dict[str, Any],
    strategy: Strategy | None,
    chunk_tokens: int | None,
    overlap_tokens: int | None,
    headings: bool | None,
    hidden: bool | None,
) -> dict[str, Any]:
    given = {
        "strategy": None if strategy is None else strategy.value,
        "chunk_tokens": chunk_tokens,
        "overlap_tokens": overlap_tokens,
        "embed_headings": headings,
        "include_hidden": hidden,
    }
    return {**present, **{name: value for name, value in given.items() if value is not None}}
