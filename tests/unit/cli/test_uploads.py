"""Uploads: what the server, the store or the disk refuses is reported with its file and stops no other."""

import json
from pathlib import Path
from typing import Any

import pytest

from docqa_cli.client import Client
from docqa_cli.uploads import Upload, send_all, wait_all
from tests.unit.cli.conftest import FakeStack, Seen, error

REFUSAL = "<?xml version='1.0'?><Error><Code>{}</Code><Message>Said the store.</Message></Error>"


def send(stack: FakeStack, *uploads: Upload, store: tuple[int, str] = (204, "")) -> list[int]:
    """Send them; how many bytes were reported as sent, report by report."""

    def announce(request: Seen) -> tuple[int, Any]:
        name = json.loads(request.body)["filename"]
        if name.endswith(".exe"):
            return 415, error("unsupported_type", "No programs.")
        form = {"url": f"{stack.url}/store", "fields": {"key": f"uploads/{name}"}}
        return 201, {"document_id": f"id-{name}", "version": 1, "upload": form}

    stack.answers |= {"POST /api/v1/documents": announce, "POST /store": store}
    reports: list[int] = []
    with Client() as client:
        send_all(client, list(uploads), lambda upload: reports.append(upload.sent))
    return reports


def made(path: Path, data: bytes = b"content") -> Upload:
    path.write_bytes(data)
    return Upload(path)


def test_a_file_goes_to_the_store_with_its_form(stack: FakeStack, tmp_path: Path) -> None:
    upload = made(tmp_path / "a.pdf", b"x" * 200_000)
    reports = send(stack, upload)
    assert upload.as_json() == {"document_id": "id-a.pdf", "filename": "a.pdf", "status": "processing", "error": None}
    assert reports[-1] == 200_000
    (stored,) = [request for request in stack.seen if request.path == "/store"]
    assert b"uploads/a.pdf" in stored.body
    assert stored.body.count(b"x" * 200_000) == 1
    assert stored.token is None  # the store is not ours to show a token to


@pytest.mark.parametrize(
    ("status", "body", "code", "message"),
    [
        (400, REFUSAL.format("EntityTooLarge"), "file_too_large", "Said the store."),
        (400, REFUSAL.format("EntityTooSmall"), "file_empty", "Said the store."),
        (403, REFUSAL.format("AccessDenied"), "upload_expired", "Said the store."),
        (403, REFUSAL.format("SignatureDoesNotMatch"), "upload_refused", "Said the store."),
        (503, "busy", "upload_refused", "HTTP status 503"),
    ],
)
def test_what_the_store_refuses(
    stack: FakeStack, tmp_path: Path, status: int, body: str, code: str, message: str
) -> None:
    upload = made(tmp_path / "a.pdf")
    send(stack, upload, store=(status, body))
    assert (upload.status, upload.error and upload.error["code"]) == ("rejected", code)
    assert message in str(upload.error)


def test_one_refusal_stops_no_other(stack: FakeStack, tmp_path: Path) -> None:
    uploads = [
        made(tmp_path / "tool.exe"),
        Upload(tmp_path / "missing.pdf"),
        Upload(tmp_path),
        made(tmp_path / "a.pdf"),
    ]
    send(stack, *uploads)
    assert [upload.status for upload in uploads] == ["rejected", "rejected", "rejected", "processing"]
    codes = [upload.error["code"] if upload.error else None for upload in uploads]
    assert codes == ["unsupported_type", "no_such_file", "no_such_file", None]


def test_a_file_that_cannot_be_read_is_not_announced(
    stack: FakeStack, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    upload = made(tmp_path / "locked.pdf")

    def refuse(*arguments: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", refuse)  # root may read everything
    send(stack, upload)
    assert upload.error is not None
    assert (upload.status, upload.error["code"]) == ("rejected", "unreadable_file")
    assert "Permission denied" in upload.error["message"]
    assert stack.seen == []


def test_a_store_that_does_not_answer_is_retryable(stack: FakeStack, tmp_path: Path) -> None:
    upload = made(tmp_path / "a.pdf")
    form = {"url": "http://127.0.0.1:9/", "fields": {}}
    stack.answers["POST /api/v1/documents"] = (201, {"document_id": "d", "version": 1, "upload": form})
    with Client() as client:
        send_all(client, [upload], lambda _: None)
    assert upload.error is not None
    assert (upload.error["code"], upload.error["retryable"]) == ("upload_failed", True)


def document(document_id: str, status: str, reason: dict[str, Any] | None = None) -> dict[str, Any]:
    return {"document_id": document_id, "status": status, "error": reason, "stages": []}


def test_waiting_ends_when_each_is_ready_or_failed(stack: FakeStack, tmp_path: Path) -> None:
    good, bad = (Upload(tmp_path / f"{n}.pdf", document_id=n, status="processing") for n in "ab")
    reason = {"code": "corrupt_file", "message": "Broken.", "retryable": False}
    foreign = document("z", "processing")
    stack.answers["GET /api/v1/documents"] = [
        (200, {"documents": [document("a", "processing"), document("b", "failed", reason), foreign]}),
        (200, {"documents": [document("a", "ready"), document("b", "failed", reason), foreign]}),
    ]
    with Client() as client:
        wait_all(client, [good, bad], lambda _: None, timeout_s=30)
    assert (good.status, good.error, bad.status, bad.error) == ("ready", None, "failed", reason)


def test_waiting_has_an_end(stack: FakeStack, tmp_path: Path) -> None:
    upload = Upload(tmp_path / "a.pdf", document_id="a", status="processing")
    stack.answers["GET /api/v1/documents"] = (200, {"documents": [document("a", "processing")]})
    with Client() as client:
        wait_all(client, [upload], lambda _: None, timeout_s=0)
    assert upload.error is not None
    assert (upload.status, upload.error["code"]) == ("processing", "timeout")
