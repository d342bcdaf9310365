"""Uploads: announce, send by presigned POST, follow to *ready*."""

import time
import xml.etree.ElementTree as ElementTree
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any, cast

import httpx

from docqa_cli.client import NO_PROXY, Client
from docqa_cli.errors import CliError

PARALLEL = 4
POLL_S = 0.4
FINAL = {"ready", "failed"}
S3_CODES = {"EntityTooLarge": "file_too_large", "EntityTooSmall": "file_empty", "AccessDenied": "upload_expired"}
UPLOAD_TIMEOUT = httpx.Timeout(300.0, connect=5.0)


@dataclass
class Upload:
    """One file on its way. `status` is the document's, or "rejected" when it was never accepted.

    `name`: what the document is called, if not as the file is.
    """

    path: Path
    document_id: str | None = None
    status: str = "waiting"
    error: dict[str, Any] | None = None
    sent: int = 0
    document: dict[str, Any] = field(default_factory=dict)
    name: str | None = None

    @property
    def filename(self) -> str:
        return self.name or self.path.name

    @property
    def size(self) -> int:
        return self.path.stat().st_size if self.path.is_file() else 0

    def as_json(self) -> dict[str, Any]:
        return {
            "document_id": self.document_id,
            "filename": self.filename,
            "status": self.status,
            "error": self.error,
        }


Watcher = Callable[[Upload], None]


def send_all(client: Client, uploads: list[Upload], watch: Watcher, *, collection_id: str | None = None) -> None:
    """Send every file, a few at a time; a refusal is kept with its file and stops no other."""
    client.token()
    with ThreadPoolExecutor(PARALLEL, thread_name_prefix="upload") as pool:
        for future in [pool.submit(_send, client, upload, watch, collection_id) for upload in uploads]:
            future.result()


def wait_all(
    client: Client, uploads: list[Upload], watch: Watcher, *, timeout_s: float, collection_id: str | None = None
) -> None:
    """Follow the accepted files until each is ready or failed. `collection_id`: the one that all are in, if known."""
    listing = f"documents?collection_id={collection_id}" if collection_id else "documents"
    waiting = {u.document_id: u for u in uploads if u.document_id is not None and u.error is None}
    deadline = time.monotonic() + timeout_s
    while waiting:
        for document in client.call("GET", listing)["documents"]:
            upload = waiting.get(document["document_id"])
            if upload is None:
                continue
            upload.status, upload.document, upload.error = document["status"], document, document["error"]
            watch(upload)
            if upload.status in FINAL:
                del waiting[document["document_id"]]
        if waiting and time.monotonic() > deadline:
            for upload in waiting.values():
                upload.error = CliError(
                    f"Not ready after {timeout_s:.0f} s; it is still being processed.", code="timeout", retryable=True
                ).as_json()
            return
        if waiting:
            time.sleep(POLL_S)


def follow(client: Client, document_ids: Iterable[str], *, timeout_s: float) -> list[dict[str, Any]]:
    """The documents, each once its newest version is ready or failed, or as they are when the time is up."""
    wanted = set(document_ids)
    deadline = time.monotonic() + timeout_s
    while True:
        rows = [row for row in client.call("GET", "documents")["documents"] if row["document_id"] in wanted]
        if all(row["status"] in FINAL for row in rows) or time.monotonic() > deadline:
            return rows
        time.sleep(POLL_S)


def _send(client: Client, upload: Upload, watch: Watcher, collection_id: str | None) -> None:
    try:
        if not upload.path.is_file():
            raise CliError(f"There is no file {upload.path}.", code="no_such_file")
        upload.path.open("rb").close()  # nothing is announced that cannot be read
        announced = {"filename": upload.filename, "size": upload.size}
        if collection_id is not None:
            announced["collection_id"] = collection_id
        created = client.call("POST", "documents", announced)
        upload.document_id = created["document_id"]
        _post(upload, created["upload"], watch)
        upload.status = "processing"
    except CliError as error:
        upload.status, upload.error = "rejected", error.as_json()
    except OSError as error:
        reason = CliError(f"{upload.path} cannot be read: {error.strerror}.", code="unreadable_file")
        upload.status, upload.error = "rejected", reason.as_json()
    except httpx.HTTPError as error:
        upload.status = "rejected"
        upload.error = CliError(f"The upload broke off: {error}", code="upload_failed", retryable=True).as_json()
    watch(upload)


def _post(upload: Upload, form: dict[str, Any], watch: Watcher) -> None:
    with upload.path.open("rb") as file:
        body = cast(IO[bytes], _Counted(file, upload, watch))
        with httpx.Client(timeout=UPLOAD_TIMEOUT, mounts=NO_PROXY) as http:
            answer = http.post(form["url"], data=form["fields"], files={"file": ("upload", body)})
    if answer.status_code >= 300:
        raise _refusal(answer)


def _refusal(answer: httpx.Response) -> CliError:
    try:
        root = ElementTree.fromstring(answer.text)  # noqa: S314 - the answer of the store that we were sent to
        code, message = root.findtext("Code") or "", root.findtext("Message") or ""
    except ElementTree.ParseError:
        code, message = "", ""
    return CliError(
        message or f"The store refused the upload with HTTP status {answer.status_code}.",
        code=S3_CODES.get(code, "upload_refused"),
    )


class _Counted:
    """A file that tells how much of it was read."""

    def __init__(self, file: IO[bytes], upload: Upload, watch: Watcher) -> None:
        self._file, self._upload, self._watch = file, upload, watch

    def read(self, size: int = -1) -> bytes:
        data = self._file.read(size)
        self._upload.sent = min(self._file.tell(), self._upload.size)
        self._watch(self._upload)
        return data

    def fileno(self) -> int:
        return self._file.fileno()

    def seek(self, offset: int, whence: int = 0) -> int:
        return self._file.seek(offset, whence)

    def tell(self) -> int:
        return self._file.tell()

    def __iter__(self) -> Iterator[bytes]:
        while data := self.read(65_536):
            yield data
