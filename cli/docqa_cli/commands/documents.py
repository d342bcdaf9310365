"""upload, documents, retry, delete."""

from contextlib import nullcontext
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.markup import escape

from docqa_cli import show
from docqa_cli.client import Client
from docqa_cli.commands.collections import CollectionName, Json, collection_id
from docqa_cli.uploads import Upload, send_all, wait_all

Wait = Annotated[bool, typer.Option("--wait", help="Wait until every document is ready or failed.")]
Timeout = Annotated[float, typer.Option(help="Seconds to wait with --wait.", min=1)]
DocumentId = Annotated[str, typer.Argument(metavar="DOCUMENT", help="Id of a document.")]


def upload(
    files: Annotated[
        list[Path], typer.Argument(help="PDF, Office, CSV, JSON Lines, HTML, Markdown, text or EML files.")
    ],
    wait: Wait = False,
    collection: CollectionName = None,
    timeout: Timeout = 600,
    json: Json = False,
) -> None:
    """Upload documents. Exit code 0 only when all were accepted and, with --wait, all are ready."""
    uploads = [Upload(path) for path in files]
    watch: Any = nullcontext(lambda upload: None) if json else show.UploadProgress()
    with Client() as client, watch as watcher:
        send_all(client, uploads, watcher, collection_id=collection_id(client, collection))
        if wait:
            wait_all(client, uploads, watcher, timeout_s=timeout)
    if json:
        show.print_json([item.as_json() for item in uploads])
    else:
        _report(uploads)
    wanted = {"ready"} if wait else {"processing", "ready"}
    raise typer.Exit(0 if all(item.status in wanted and item.error is None for item in uploads) else 1)


def documents(collection: CollectionName = None, json: Json = False) -> None:
    """List your documents, with what was noticed about them."""
    with Client() as client:
        chosen = collection_id(client, collection)
        rows = client.call("GET", f"documents?collection_id={chosen}" if chosen else "documents")["documents"]
    if json:
        show.print_json(rows)
    elif rows:
        show.documents(rows)
    else:
        show.line("No documents yet. Upload one: docqa upload FILE --wait")


def retry(document: DocumentId, json: Json = False) -> None:
    """Process a failed document again."""
    with Client() as client:
        row = client.call("POST", f"documents/{document}/retry")
    if json:
        show.print_json(row)
    else:
        show.out.print(f"{row['filename']} is being processed again.")


def delete(document: DocumentId, json: Json = False) -> None:
    """Delete a document; from this moment on it answers no question."""
    with Client() as client:
        client.call("DELETE", f"documents/{document}")
    if json:
        show.print_json({"document_id": document, "deleted": True})
    else:
        show.out.print("Deleted.")


def _report(uploads: list[Upload]) -> None:
    for item in uploads:
        reason = f": {item.error['message']} ({item.error['code']})" if item.error else ""
        identity = f" {item.document_id}" if item.document_id else ""
        show.line(f"{show.status_text(item.status)} {escape(item.path.name + identity + reason)}")
