"""Every refusal has the one shape, its own status and code, and says nothing that is not the caller's business."""

from typing import Any
from uuid import uuid4

import pytest

from docqa.core.errors import DependencyUnavailable, InvalidSetting
from tests.fakes.answering import TENANT, USER
from tests.fakes.services import ORIGIN

FILE = {"filename": "a.pdf", "size": 10}


def error_of(answer: Any) -> dict[str, Any]:
    body = answer.json()
    assert set(body) == {"error"}
    assert set(body["error"]) == {"code", "message", "retryable", "request_id"}
    assert body["error"]["request_id"] == answer.headers["x-request-id"]
    return dict(body["error"])


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "code"),
    [
        ("POST", "documents", FILE | {"size": 0}, 422, "file_empty"),
        ("POST", "documents", FILE | {"size": 1_001}, 413, "file_too_large"),
        ("POST", "documents", FILE | {"filename": "a.exe"}, 415, "unsupported_type"),
        ("POST", "documents", FILE | {"filename": "pdf"}, 415, "unsupported_type"),
        ("POST", "documents", FILE | {"size": -1}, 422, "invalid_request"),
        ("POST", "documents", FILE | {"name": "typo"}, 422, "invalid_request"),
        ("POST", "documents", FILE | {"collection_id": str(uuid4())}, 404, "not_found"),
        ("POST", f"documents/{uuid4()}/versions", FILE, 404, "not_found"),
        ("GET", f"documents/{uuid4()}", None, 404, "not_found"),
        ("GET", f"documents/{uuid4()}/events", None, 404, "not_found"),
        ("DELETE", f"documents/{uuid4()}", None, 404, "not_found"),
        ("GET", "documents/no-uuid", None, 422, "invalid_request"),
        ("POST", "search", {"query": " "}, 422, "invalid_request"),
        ("POST", "search", {"query": "x", "top_k": 101}, 422, "invalid_request"),
        ("POST", "search", {"query": "x", "document_ids": [str(uuid4())]}, 404, "not_found"),
        ("POST", "search", {"query": "x", "collection_ids": [str(uuid4())]}, 404, "not_found"),
        ("POST", "ask", {"question": "x" * 2_001}, 422, "invalid_request"),
        ("POST", "ask", {"question": "x", "provider": "oracle"}, 400, "invalid_request"),
        ("POST", "ask/stream", {"question": "x", "conversation_id": str(uuid4())}, 404, "not_found"),
        ("GET", "no/such/address", None, 404, "not_found"),
        ("PUT", "search", None, 405, "invalid_request"),
    ],
)
def test_refusals(api: Any, method: str, path: str, body: Any, status: int, code: str) -> None:
    answer = api.http.request(method, path, json=body)
    assert (answer.status_code, error_of(answer)["code"]) == (status, code)


def test_a_refused_file_says_what_to_do(api: Any) -> None:
    message = error_of(api.http.post("documents", json=FILE | {"filename": "Bericht.DOC"}))["message"]
    assert "HTML" in message
    assert message.endswith("Save it as .docx.")


@pytest.mark.parametrize("header", ["", "Bearer nonsense", "Basic YTpi"])
@pytest.mark.parametrize(("method", "path"), [("GET", "documents"), ("POST", "ask/stream"), ("GET", "auth/me")])
def test_without_a_valid_token_there_is_nothing(api: Any, method: str, path: str, header: str) -> None:
    answer = api.http.request(method, path, headers={"authorization": header}, json={"question": "x"})
    assert (answer.status_code, error_of(answer)["code"]) == (401, "unauthenticated")
    assert answer.headers["www-authenticate"] == "Bearer"


def test_a_wrong_method_says_which_are_right(api: Any) -> None:
    assert "POST" in api.http.put("search").headers["allow"]


@pytest.mark.parametrize(
    ("error", "status", "code", "retryable"),
    [
        (RuntimeError("secret internals"), 500, "internal_error", False),
        (InvalidSetting("The secret secret/name is not JSON"), 500, "internal_error", False),
        (DependencyUnavailable("The database does not answer."), 503, "dependency_unavailable", True),
    ],
)
def test_our_own_failures_keep_their_insides(
    api: Any, error: Exception, status: int, code: str, retryable: bool
) -> None:
    api.services.documents.error = error
    answer = api.http.get("documents", headers={"origin": ORIGIN})
    found = error_of(answer)
    assert (answer.status_code, found["code"], found["retryable"]) == (status, code, retryable)
    assert "secret" not in answer.text
    assert answer.headers["access-control-allow-origin"] == ORIGIN  # else no page could read it


def test_another_tenants_document_does_not_exist(api: Any) -> None:
    document_id = api.http.post("documents", json=FILE).json()["document_id"]
    stranger = api.services.documents
    stranger.views = {(uuid4(), key[1]): view for key, view in stranger.views.items()}
    for method, path in (("GET", ""), ("DELETE", ""), ("POST", "/retry"), ("GET", "/content"), ("GET", "/events")):
        answer = api.http.request(method, f"documents/{document_id}{path}")
        assert (answer.status_code, error_of(answer)["code"]) == (404, "not_found"), path


def test_the_token_says_who_asks(api: Any) -> None:
    me = api.http.get("auth/me").json()
    assert (me["user_id"], me["tenant_id"]) == (str(USER), str(TENANT))
