"""ask, search."""

from enum import StrEnum
from typing import Annotated

import typer

from docqa_cli import answers, show
from docqa_cli.client import Client
from docqa_cli.commands.documents import Json

Documents = Annotated[list[str] | None, typer.Option("--document", help="Only these documents (repeat it).")]
Collection = Annotated[str | None, typer.Option(help="Only this collection.")]


class Mode(StrEnum):
    """First-stage retrieval."""

    HYBRID = "hybrid"
    DENSE = "dense"
    LEXICAL = "lexical"


def ask(
    question: Annotated[str, typer.Argument(help="A question in plain language.")],
    document: Documents = None,
    collection: Collection = None,
    provider: Annotated[str | None, typer.Option(help="Who writes the answer.")] = None,
    conversation: Annotated[str | None, typer.Option(help="Go on with this conversation.")] = None,
    json: Json = False,
) -> None:
    """Ask your documents; the answer streams in, with a citation for every claim."""
    body = {
        "question": question,
        "document_ids": document,
        "collection_ids": [collection] if collection else None,
        "provider": provider,
        "conversation_id": conversation,
    }
    with Client() as client:
        answer = answers.ask(client, {k: v for k, v in body.items() if v is not None}, quiet=json)
    if json:
        show.print_json(answer.as_json())


def search(
    query: Annotated[str, typer.Argument(help="What to look for.")],
    top_k: Annotated[int, typer.Option(help="How many passages.", min=1, max=100)] = 10,
    mode: Annotated[Mode, typer.Option(help="How to look.")] = Mode.HYBRID,
    rerank: Annotated[bool, typer.Option(help="Second-stage ranking.")] = False,
    document: Documents = None,
    collection: Collection = None,
    json: Json = False,
) -> None:
    """Find passages, best first."""
    body = {
        "query": query,
        "top_k": top_k,
        "mode": mode.value,
        "rerank": rerank,
        "document_ids": document,
        "collection_ids": [collection] if collection else None,
    }
    with Client() as client:
        result = client.call("POST", "search", {k: v for k, v in body.items() if v is not None})
    if json:
        show.print_json(result)
    else:
        show.hits(result["hits"])
