"""ask, search."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any

import typer

from docqa_cli import answers, show
from docqa_cli.client import Client
from docqa_cli.commands.collections import CollectionName, Json, collection_id

Documents = Annotated[list[str] | None, typer.Option("--document", help="Only these documents (repeat it).")]


Pages = Annotated[str | None, typer.Option(metavar="FROM-TO", help="Only what has these pages or slides: 3, 3-5.")]
Formats = Annotated[list[str] | None, typer.Option("--format", help="Only this kind of file, as pdf (repeat it).")]
After = Annotated[datetime | None, typer.Option(help="Only documents that came then or later.")]
Before = Annotated[datetime | None, typer.Option(help="Only documents that came before.")]


class Mode(StrEnum):
    """First-stage retrieval."""

    HYBRID = "hybrid"
    DENSE = "dense"
    LEXICAL = "lexical"


def ask(
    question: Annotated[str, typer.Argument(help="A question in plain language.")],
    document: Documents = None,
    collection: CollectionName = None,
    pages: Pages = None,
    format: Formats = None,
    after: After = None,
    before: Before = None,
    provider: Annotated[str | None, typer.Option(help="Who writes the answer.")] = None,
    conversation: Annotated[str | None, typer.Option(help="Go on with this conversation.")] = None,
    confirm: Annotated[str | None, typer.Option(help="Make this call: the token of a pending one.")] = None,
    json: Json = False,
) -> None:
    """Ask your documents; the answer streams in, with a citation for every claim."""
    body: dict[str, Any] = {
        "question": question,
        "document_ids": document,
        "provider": provider,
        "conversation_id": conversation,
        "confirm": confirm,
        "filters": _filters(pages, format, after, before),
    }
    with Client() as client:
        if collection:
            body["collection_ids"] = [collection_id(client, collection)]
        asked = {k: v for k, v in body.items() if v is not None}
        answer = answers.ask(client, asked, quiet=json)
        for call in answer.pending if show.is_watched() and not json else ():
            if typer.confirm(f"Call {call['server']}.{call['tool']}?"):
                answers.ask(client, asked | {"confirm": call["token"]}, quiet=False)
    if json:
        show.print_json(answer.as_json())


def search(
    query: Annotated[str, typer.Argument(help="What to look for.")],
    top_k: Annotated[int, typer.Option(help="How many passages.", min=1, max=100)] = 10,
    mode: Annotated[Mode, typer.Option(help="How to look.")] = Mode.HYBRID,
    rewrite: Annotated[bool, typer.Option("--rewrite", help="Other wordings of the query, too.")] = False,
    rerank: Annotated[bool, typer.Option(help="Second-stage ranking.")] = False,
    deduplicate: Annotated[bool, typer.Option("--deduplicate", help="Of the same text only the best.")] = False,
    diversity: Annotated[float, typer.Option(help="From 0 (most relevant) to 1 (most unlike).", min=0, max=1)] = 0.0,
    window: Annotated[int, typer.Option(help="Passages around each hit, too.", min=0, max=5)] = 0,
    parents: Annotated[bool, typer.Option("--parents", help="The section around each hit, too.")] = False,
    document: Documents = None,
    collection: CollectionName = None,
    pages: Pages = None,
    format: Formats = None,
    after: After = None,
    before: Before = None,
    json: Json = False,
) -> None:
    """Find passages, best first."""
    body: dict[str, Any] = {
        "query": query,
        "top_k": top_k,
        "mode": mode.value,
        "rewrite": rewrite,
        "rerank": rerank,
        "deduplicate": deduplicate,
        "diversity": diversity,
        "window": window,
        "parents": parents,
        "document_ids": document,
        "filters": _filters(pages, format, after, before),
    }
    with Client() as client:
        if collection:
            body["collection_ids"] = [collection_id(client, collection)]
        result = client.call("POST", "search", {k: v for k, v in body.items() if v is not None})
    if json:
        show.print_json(result)
    else:
        show.hits(result["hits"])
        if not result["hits"]:
            show.line("Nothing was found.")
        for note in result.get("notes", ()):
            show.line(f"[dim]{note}[/]")
        show.reranking(result.get("reranking"))


def _filters(
    pages: str | None, formats: list[str] | None, after: datetime | None, before: datetime | None
) -> dict[str, Any] | None:
    """The body's `filters`; None without any. Raises BadParameter for pages that are none."""
    found: dict[str, Any] = {}
    if pages is not None:
        first, _, last = pages.partition("-")
        if not first.strip().isdigit() or not (last or first).strip().isdigit():
            raise typer.BadParameter("Give a page, as 3, or a range, as 3-5.", param_hint="--pages")
        found |= {"page_from": int(first), "page_to": int(last or first)}
    if formats:
        found["formats"] = formats
    for name, moment in (("created_after", after), ("created_before", before)):
        if moment is not None:
            found[name] = moment.astimezone().isoformat()
    return found or None
