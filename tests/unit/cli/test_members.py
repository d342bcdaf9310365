"""Inviting and sharing from the command line."""

import json
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from docqa_cli.main import app
from tests.unit.cli.conftest import FakeStack
from tests.unit.cli.test_collections import collection

EVA = {"user_id": "user-2", "email": "Eva@example.org", "role": "viewer"}
ADDRESS = "/api/v1/collections/id-2"


@pytest.fixture
def shared(stack: FakeStack) -> FakeStack:
    stack.answers |= {
        "GET /api/v1/collections": (200, {"collections": [collection("Documents", 1), collection("Contracts", 2)]}),
        f"GET {ADDRESS}/members": (200, {"members": [EVA], "everyone": None}),
        f"PUT {ADDRESS}/members": (200, EVA),
        f"PUT {ADDRESS}/everyone": (200, collection("Contracts", 2)),
        f"DELETE {ADDRESS}/members/user-2": (204, ""),
    }
    return stack


def run(*arguments: str, code: int = 0) -> Result:
    done = CliRunner().invoke(app, list(arguments))
    assert done.exit_code == code, done.output
    return done


def sent(stack: FakeStack) -> Any:
    return json.loads(stack.seen[-1].body)


def test_an_invitation_is_printed_alone_so_that_it_can_be_handed_over(stack: FakeStack) -> None:
    stack.answers["POST /api/v1/auth/invitations"] = (201, {"invitation": "a.b.c"})
    assert run("invite", "eva@example.org").stdout == "a.b.c\n"
    assert sent(stack) == {"email": "eva@example.org", "role": "member"}
    run("invite", "eva@example.org", "--admin")
    assert sent(stack)["role"] == "admin"


def test_who_was_invited_registers_with_it(stack: FakeStack) -> None:
    token = {"access_token": "t", "token_type": "bearer", "expires_in": 60}
    stack.answers["POST /api/v1/auth/register"] = (201, token)
    account = ["register", "--email", "eva@example.org", "--password", "correct horse"]
    run(*account, "--invitation", "a.b.c")
    assert sent(stack) == {"email": "eva@example.org", "password": "correct horse", "invitation": "a.b.c"}
    run(*account)
    assert "invitation" not in sent(stack)


def test_sharing_names_a_person_and_a_role(shared: FakeStack) -> None:
    run("share", "contracts", "eva@example.org")
    assert sent(shared) == {"email": "eva@example.org", "role": "viewer"}
    run("share", "contracts", "--everyone", "--role", "editor")
    assert (shared.paths()[-1], sent(shared)) == (f"PUT {ADDRESS}/everyone", {"role": "editor"})


def test_taking_away_finds_the_member_by_address(shared: FakeStack) -> None:
    run("unshare", "Contracts", "eva@example.org")
    assert shared.paths()[-1] == f"DELETE {ADDRESS}/members/user-2"
    run("unshare", "Contracts", "--everyone")
    assert sent(shared) == {"role": None}
    failed = CliRunner().invoke(app, ["unshare", "Contracts", "max@example.org"])
    assert "not shared with max@example.org" in str(failed.exception)


@pytest.mark.parametrize("arguments", [("share", "Contracts"), ("unshare", "Contracts", "eva@x", "--everyone")])
def test_a_person_or_everyone_not_both_and_not_none(shared: FakeStack, arguments: tuple[str, ...]) -> None:
    run(*arguments, code=2)
    assert shared.seen == []


def test_members_are_listed_with_what_everyone_may_do(shared: FakeStack) -> None:
    listed = run("members", "Contracts").stdout
    assert "Eva@example.org" in listed
    assert "viewer" in listed
    assert json.loads(run("members", "Contracts", "--json").stdout) == {"members": [EVA], "everyone": None}
