"""Accounts, tenants, health."""

import httpx
import pytest

from tests.stack import files
from tests.stack.support import Stack, User, error_of


def test_health_and_readiness(stack: Stack) -> None:
    for address in (stack.api_url, stack.stream_url):
        assert httpx.get(f"{address}/api/v1/health", timeout=60).json() == {"status": "ok"}
        ready = httpx.get(f"{address}/api/v1/ready", timeout=60)
        assert ready.status_code == 200, ready.text
        assert set(ready.json()["dependencies"].values()) == {"ok"}


def test_register_and_login(stack: Stack, user: User) -> None:
    taken = httpx.post(
        f"{stack.api_url}/api/v1/auth/register",
        json={"email": user.email.upper(), "password": "another one"},
        timeout=60,
    )
    assert (taken.status_code, error_of(taken)["code"]) == (409, "email_taken")
    good = httpx.post(
        f"{stack.api_url}/api/v1/auth/login", json={"email": user.email, "password": user.password}, timeout=60
    )
    assert good.status_code == 200
    me = httpx.get(
        f"{stack.api_url}/api/v1/auth/me",
        headers={"authorization": f"Bearer {good.json()['access_token']}"},
        timeout=60,
    )
    assert me.json()["email"] == user.email
    bad = httpx.post(
        f"{stack.api_url}/api/v1/auth/login", json={"email": user.email, "password": "wrong one"}, timeout=60
    )
    nobody = httpx.post(
        f"{stack.api_url}/api/v1/auth/login", json={"email": "nobody@example.org", "password": "wrong one"}, timeout=60
    )
    assert bad.status_code == nobody.status_code == 401
    assert error_of(bad)["message"] == error_of(nobody)["message"]


@pytest.mark.parametrize(
    "body", [{"email": "no address", "password": "long enough"}, {"email": "a@example.org", "password": "short"}, {}]
)
def test_bad_registrations_are_refused(stack: Stack, body: dict[str, str]) -> None:
    answer = httpx.post(f"{stack.api_url}/api/v1/auth/register", json=body, timeout=60)
    assert (answer.status_code, error_of(answer)["code"]) == (422, "invalid_request")


def test_a_tenant_sees_nothing_of_another(stack: Stack, user: User) -> None:
    document = user.ready("mine.pdf", files.pdf("The password of the orchard gate is quince."))
    with User.register(stack) as other:
        assert other.call("GET", "documents").json()["documents"] == []
        assert other.search("orchard gate quince") == []
        assert other.ask("What is the password of the orchard gate?")["grounded"] is False
        path = f"documents/{document['document_id']}"
        for method, address in (("GET", path), ("DELETE", path), ("POST", f"{path}/retry"), ("GET", f"{path}/content")):
            assert error_of(other.call(method, address))["code"] == "not_found"
        scoped = other.call("POST", "search", {"query": "gate", "document_ids": [document["document_id"]]})
        assert error_of(scoped)["code"] == "not_found"
    assert user.document(document["document_id"])["status"] == "ready"


def test_without_a_token_there_is_nothing(stack: Stack) -> None:
    for path in ("documents", "auth/me"):
        answer = httpx.get(f"{stack.api_url}/api/v1/{path}", timeout=60)
        assert (answer.status_code, error_of(answer)["code"]) == (401, "unauthenticated")


def test_an_unknown_address_has_the_same_shape(user: User) -> None:
    answer = user.call("GET", "no/such/thing")
    assert (answer.status_code, error_of(answer)["code"]) == (404, "not_found")


def test_the_original_can_be_fetched(user: User) -> None:
    data = files.pdf("Original.")
    document = user.ready("Übersicht “Ost”.pdf", data)
    link = user.call("GET", f"documents/{document['document_id']}/content").json()
    fetched = httpx.get(link["url"], timeout=60)
    assert fetched.content == data
    assert fetched.headers["content-type"] == "application/pdf"
