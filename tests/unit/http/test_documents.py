"""Uploads are announced here and sent to the store; retry, delete, original, live progress."""

from typing import Any
from uuid import UUID

import pytest

from docqa.core.errors import DependencyUnavailable
from docqa.core.ids import artifact_prefix, upload_key
from docqa.core.models import Status, VersionKey
from docqa.http.routes import progress
from docqa_cli.sse import parse
from tests.fakes.answering import TENANT


def announce(api: Any, **fields: Any) -> UUID:
    answer = api.http.post("documents", json={"filename": "a.pdf", "size": 10, **fields})
    assert answer.status_code == 201, answer.text
    return UUID(answer.json()["document_id"])


def key_of(document_id: UUID, version: int = 1) -> str:
    return upload_key(VersionKey(tenant_id=TENANT, document_id=document_id, version=version))


def test_the_form_names_our_key_and_no_more_bytes_than_announced(api: Any) -> None:
    created = api.http.post("documents", json={"filename": "../../etc/plän.PDF", "size": 10}).json()
    assert created["version"] == 1
    assert created["upload"]["fields"] == {"key": key_of(UUID(created["document_id"])), "max": "10"}
    assert api.http.get(f"documents/{created['document_id']}").json()["filename"] == "../../etc/plän.PDF"


def test_a_new_version_has_a_key_of_its_own(api: Any) -> None:
    document_id = announce(api)
    added = api.http.post(f"documents/{document_id}/versions", json={"filename": "b.docx", "size": 5}).json()
    assert (added["document_id"], added["version"]) == (str(document_id), 2)
    assert added["upload"]["fields"]["key"] == key_of(document_id, 2)


def test_a_failed_document_is_started_again(api: Any) -> None:
    document_id = announce(api)
    refused = api.http.post(f"documents/{document_id}/retry")
    assert refused.json()["error"]["code"] == "upload_missing"
    api.services.uploads.objects[key_of(document_id)] = b"x"
    early = api.http.post(f"documents/{document_id}/retry")
    assert (early.status_code, early.json()["error"]["code"]) == (409, "not_retryable")
    api.services.documents.change(TENANT, document_id, status=Status.FAILED)
    assert api.http.post(f"documents/{document_id}/retry").status_code == 202
    assert [key.document_id for key, _ in api.services.executions.started] == [document_id]


def test_delete_takes_upload_and_artifacts_along_and_nothing_else(api: Any) -> None:
    document_id, other = announce(api), announce(api)
    mine, others = artifact_prefix(TENANT, "00ff") + "plan.json", artifact_prefix(TENANT, "aa") + "plan.json"
    api.services.uploads.objects = {key_of(document_id): b"x", key_of(other): b"y"}
    api.services.artifact_objects.objects = {mine: b"{}", others: b"{}"}
    assert api.http.delete(f"documents/{document_id}").status_code == 204
    assert api.services.uploads.objects == {key_of(other): b"y"}
    assert api.services.artifact_objects.objects == {others: b"{}"}
    assert [d["document_id"] for d in api.http.get("documents").json()["documents"]] == [str(other)]


def test_the_original_is_that_of_the_version_that_answers(api: Any) -> None:
    document_id = announce(api)
    assert api.http.get(f"documents/{document_id}/content").json()["error"]["code"] == "upload_missing"
    api.services.documents.change(TENANT, document_id, version=3, active_version=2)
    api.services.uploads.objects[key_of(document_id, 2)] = b"x"
    assert api.http.get(f"documents/{document_id}/content").json()["url"].endswith(key_of(document_id, 2))


def follow(api: Any, document_id: UUID) -> list[Any]:
    answer = api.http.get(f"documents/{document_id}/events")
    assert answer.headers["content-type"].startswith("text/event-stream")
    return list(parse(answer.text.split("\n")))


def test_progress_ends_at_ready(api: Any) -> None:
    document_id = announce(api)
    api.services.documents.change(TENANT, document_id, status=Status.READY)
    (event,) = follow(api, document_id)
    assert (event.name, event.data["status"]) == ("progress", "ready")


def test_progress_that_breaks_off_says_why(api: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(progress, "POLL_S", 0.01)
    document_id = announce(api)
    documents = api.services.documents
    get = documents.get

    async def once(tenant_id: UUID, wanted: UUID) -> Any:
        documents.get = get
        documents.error = DependencyUnavailable()
        return documents.views[tenant_id, wanted]

    documents.get = once
    events = follow(api, document_id)
    assert [event.name for event in events] == ["progress", "error"]
    assert events[-1].data["code"] == "dependency_unavailable"
