"""Accounts over HTTP."""

from typing import Any

import pytest

ADA = {"email": "ada@example.org", "password": "correct horse"}


def test_register_login_me(api: Any) -> None:
    registered = api.http.post("auth/register", json=ADA)
    assert registered.status_code == 201
    login = api.http.post("auth/login", json=ADA | {"email": "ADA@example.org"}).json()
    assert (login["token_type"], login["expires_in"]) == ("bearer", 60)
    me = api.http.get("auth/me", headers={"authorization": f"Bearer {login['access_token']}"}).json()
    assert me["email"] == ADA["email"]
    taken = api.http.post("auth/register", json=ADA)
    assert (taken.status_code, taken.json()["error"]["code"]) == (409, "email_taken")


def test_a_wrong_password_and_an_unknown_address_are_told_alike(api: Any) -> None:
    api.http.post("auth/register", json=ADA)
    wrong = api.http.post("auth/login", json=ADA | {"password": "battery staple"})
    nobody = api.http.post("auth/login", json=ADA | {"email": "eve@example.org"})
    assert wrong.status_code == nobody.status_code == 401
    assert wrong.json()["error"]["message"] == nobody.json()["error"]["message"]


@pytest.mark.parametrize("change", [{"email": "no address"}, {"password": "short"}, {"admin": True}])
def test_a_bad_registration_is_refused_without_repeating_it(api: Any, change: dict[str, Any]) -> None:
    answer = api.http.post("auth/register", json=ADA | change)
    assert answer.status_code == 422
    assert ADA["password"] not in answer.text
