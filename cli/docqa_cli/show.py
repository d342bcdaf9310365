"""What people see: tables, progress, answers with their sources."""

import json
import sys
from collections.abc import Iterable
from typing import Any
from uuid import UUID

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, DownloadColumn, Progress, TaskID, TextColumn, TimeElapsedColumn
from rich.table import Table

from docqa_cli.uploads import Upload

out = Console(highlight=False)
err = Console(stderr=True, highlight=False)

STAGES = ("claim", "parse", "chunk", "embed", "publish")
COLOURS = {"ready": "green", "failed": "red", "rejected": "red", "processing": "yellow", "awaiting_upload": "yellow"}


def line(text: str) -> None:
    """A line that is never broken, so that it can be copied and searched."""
    out.print(text, soft_wrap=True)


def is_watched() -> bool:
    """Whether a person is there to be asked."""
    return sys.stdin.isatty() and out.is_terminal


def print_json(value: Any) -> None:
    """One JSON document on standard output, nothing else."""
    json.dump(value, sys.stdout, ensure_ascii=False, indent=2)
    sys.stdout.write("\n")


def status_text(status: str) -> str:
    return f"[{COLOURS.get(status, 'white')}]{status}[/]"


def place(item: dict[str, Any]) -> str:
    """Where a passage stands, for a person: "page 3", "row 12", "Stock, row 12", or nothing."""
    row = item.get("row", item.get("row_from"))
    if row is not None:
        return ", ".join(part for part in (item.get("sheet"), f"row {row}") if part)
    page = item.get("page", item.get("page_from"))
    return f"page {page}" if page is not None else ""


def documents(rows: list[dict[str, Any]]) -> None:
    """A table, and below it the reason of everything that failed and what was noticed about the rest."""
    table = Table(box=None, pad_edge=False)
    table.add_column("Document", no_wrap=True, min_width=len(str(UUID(int=0))))
    table.add_column("File", no_wrap=True, overflow="ellipsis", max_width=max(12, out.width - 66))
    for column, width in (("Status", 10), ("Pages", 5), ("Chunks", 6)):
        table.add_column(column, no_wrap=True, min_width=width)
    for row in rows:
        pages, chunks = str(row["pages"] or ""), str(row["chunks"] or "")
        table.add_row(row["document_id"], escape(row["filename"]), status_text(row["status"]), pages, chunks)
    out.print(table)
    for row in rows:
        if error := row["error"]:
            line(f"[red]{escape(row['filename'])}[/]: {escape(error['message'])} [dim]({error['code']})[/]")
        for warning in row["warnings"]:
            line(f"[yellow]{escape(row['filename'])}[/]: {escape(_noticed(warning))} [dim]({warning['code']})[/]")


def _noticed(warning: dict[str, Any]) -> str:
    """A warning's sentence, with how often and where."""
    pages = warning["pages"]
    where = f" {'Pages' if len(pages) > 1 else 'Page'} {', '.join(map(str, pages[:10]))}." if pages else ""
    often = f" {warning['count']} times." if warning["count"] > len(pages or [1]) else ""
    return f"{warning['message']}{often}{where}" + (" …" if len(pages) > 10 else "")


def collections(rows: Iterable[dict[str, Any]]) -> None:
    """A table of collections and how each is indexed."""
    table = Table(box=None, pad_edge=False)
    table.add_column("Collection", no_wrap=True, min_width=len(str(UUID(int=0))))
    for column in ("Name", "Role", "Documents", "Indexed by"):
        table.add_column(column, no_wrap=column != "Indexed by")
    for row in rows:
        name = escape(row["name"]) + (" [dim](default)[/]" if row["is_default"] else "")
        table.add_row(row["collection_id"], name, row["role"], str(row["documents"]), _described(row))
    out.print(table)


def members(rows: Iterable[dict[str, Any]], everyone: str | None) -> None:
    """Who has which role in a collection."""
    table = Table(box=None, pad_edge=False)
    for column in ("Member", "Role"):
        table.add_column(column, no_wrap=True)
    for row in rows:
        table.add_row(escape(row["email"]), row["role"])
    table.add_row("[dim]everyone[/]", everyone or "[dim]nothing[/]")
    out.print(table)


def _described(collection: dict[str, Any]) -> str:
    """How a collection is indexed, and what is unusual in how it is searched, in a few words."""
    options = collection["options"]
    parts = [escape(str(options["strategy"])), f"{options['chunk_tokens']} tokens"]
    if options["overlap_tokens"]:
        parts.append(f"{options['overlap_tokens']} shared")
    if not options["embed_headings"]:
        parts.append("no headings")
    if options["include_hidden"]:
        parts.append("hidden text too")
    if not collection["search"]["rerank"]:
        parts.append("never reranked")
    return ", ".join(parts)


_OUTCOMES = {
    "partly": "the time was up before the last passage was read",
    "late": "the time was up before a passage was read",
    "failed": "no model answered",
    "clear": "not needed, the first stage is sure",
    "language": "no model reads this language well enough",
    "collection": "switched off for these collections",
}


def hits(rows: Iterable[dict[str, Any]]) -> None:
    for hit in rows:
        where = ", ".join(part for part in (hit["filename"], place(hit), " › ".join(hit["heading_path"])) if part)
        out.print(f"[bold]{hit['rank']}[/] [cyan]{escape(where)}[/] [dim]{hit['score']:.3f}[/]")
        for field, style in (("context_before", "dim"), ("text", ""), ("context_after", "dim")):
            if hit.get(field):
                out.print(escape(_shortened(hit[field])), style=style)
        out.print()


def reranking(done: dict[str, Any] | None) -> None:
    """Why the order is not what was asked for, if it is not."""
    if done and done["outcome"] not in ("done", "nothing"):
        out.print(f"[dim]Reranking: {_OUTCOMES[done['outcome']]}.[/]")


def sources(citations: Iterable[dict[str, Any]]) -> None:
    for citation in citations:
        where = ", ".join(part for part in (citation["filename"], place(citation)) if part)
        quote = _shortened(citation["quote"], 240)
        out.print(f"  [bold]\\[{citation['marker']}][/] [cyan]{escape(where)}[/]: [dim]“{escape(quote)}”[/]")


def _shortened(text: str, limit: int = 400) -> str:
    line = " ".join(text.split())
    return line if len(line) <= limit else line[: limit - 1] + "…"


class UploadProgress:
    """One line a file: bytes while it is sent, stages while it is processed."""

    def __init__(self) -> None:
        self._progress = Progress(
            TextColumn("{task.description}"),
            BarColumn(bar_width=24),
            TextColumn("{task.fields[state]}"),
            DownloadColumn(),
            TimeElapsedColumn(),
            console=err,
        )
        self._tasks: dict[str, TaskID] = {}

    def __enter__(self) -> "UploadProgress":
        self._progress.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._progress.stop()

    def __call__(self, upload: Upload) -> None:
        """Show where an upload stands; called from any thread."""
        key = f"{upload.path} {upload.filename}"
        if key not in self._tasks:
            self._tasks[key] = self._progress.add_task(escape(upload.filename), total=max(upload.size, 1), state="")
        done = upload.status in ("ready", "failed", "rejected")
        self._progress.update(self._tasks[key], completed=upload.sent, state=_state(upload))
        if done:
            self._progress.stop_task(self._tasks[key])


def _state(upload: Upload) -> str:
    if upload.status == "processing":
        return f"[yellow]{stage_text(upload.document)}[/]"
    return status_text("sending" if upload.status == "waiting" else upload.status)


def stage_text(document: dict[str, Any]) -> str:
    """The stage that runs now, and how far it is."""
    running = [s for s in document.get("stages", []) if s["status"] != "done"]
    if not running:
        return "processing"
    stage = min(running, key=lambda s: STAGES.index(s["stage"]))
    return f"{stage['stage']} {stage['done']}/{stage['total']}" if stage["total"] > 1 else str(stage["stage"])
