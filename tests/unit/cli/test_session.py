"""Which stack is addressed, and as whom."""

import time
from collections.abc import Callable
from pathlib import Path

import pytest

from docqa_cli import dotenv, session
from docqa_cli.client import Client
from docqa_cli.errors import CliError
from docqa_localstack.host import credentials
from docqa_localstack.host.paths import StackPaths
from tests.unit.cli.conftest import FakeStack, error

TOKEN = {"access_token": "fresh", "token_type": "bearer", "expires_in": 3600}
HOUR = 3600.0


@pytest.fixture
def local(make_stack: Callable[[], FakeStack], monkeypatch: pytest.MonkeyPatch) -> FakeStack:
    """The local stack, whose developer account is known."""
    made = make_stack()
    credentials.ensure(StackPaths.current())
    monkeypatch.setattr(session, "addresses", lambda: session.Addresses(made.url, made.url))
    return made


def keep(api_url: str, email: str = "ada@example.org", *, for_s: float = HOUR) -> None:
    session.keep(session.Login(api_url, email, "kept", time.time() + for_s))


def test_without_a_stack_there_is_a_hint() -> None:
    with pytest.raises(CliError) as raised:
        session.addresses()
    assert (raised.value.code, raised.value.hint) == ("no_stack", "Start it: make up")


def test_the_environment_wins(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOCQA_API_URL", "https://api.example/v1/")
    assert session.addresses() == session.Addresses("https://api.example/v1", "https://api.example/v1")
    monkeypatch.setenv("DOCQA_STREAM_URL", "https://stream.example/")
    assert session.addresses().stream_url == "https://stream.example"
    assert session.developer() is None


def test_a_given_token_is_used_before_any_other(stack: FakeStack) -> None:
    keep(stack.url)
    with Client() as client:
        assert client.token() == "given"


def test_a_kept_login_goes_only_to_the_address_that_gave_it(
    make_stack: Callable[[], FakeStack], monkeypatch: pytest.MonkeyPatch
) -> None:
    mine, other = make_stack(), make_stack()
    keep(mine.url)
    monkeypatch.setenv("DOCQA_API_URL", mine.url)
    with Client() as client:
        assert client.token() == "kept"
    monkeypatch.setenv("DOCQA_API_URL", other.url)
    with Client() as client, pytest.raises(CliError, match="not logged in"):
        client.call("GET", "documents")
    assert other.seen == []


def test_a_login_is_for_its_owner_only() -> None:
    keep("https://api.example")
    assert StackPaths.current().session_file.stat().st_mode & 0o077 == 0


def test_an_unreadable_session_is_no_login() -> None:
    keep("https://api.example")
    StackPaths.current().session_file.write_text("{}")
    assert session.kept("https://api.example") is None


def test_the_local_developer_is_registered_once_and_logged_in_then(local: FakeStack) -> None:
    local.answers = {
        "POST /api/v1/auth/login": (401, error("unauthenticated")),
        "POST /api/v1/auth/register": (201, TOKEN),
    }
    with Client() as client:
        assert client.token() == "fresh"
    with Client() as client:
        assert client.token() == "fresh"
    assert local.paths() == ["POST /api/v1/auth/login", "POST /api/v1/auth/register"]


@pytest.mark.parametrize("road", ["call", "stream"])
def test_a_developers_token_that_is_refused_is_replaced(local: FakeStack, road: str) -> None:
    keep(local.url, credentials.DEVELOPER_EMAIL)
    local.answers = {
        "POST /api/v1/auth/login": (200, TOKEN),
        "POST /api/v1/ask": [(401, error("unauthenticated")), (200, 'event: done\ndata: {"answer": 1}\n\n')],
        "POST /api/v1/search": [(401, error("unauthenticated")), (200, {"answer": 1})],
    }
    with Client() as client:
        if road == "call":
            assert client.call("POST", "search", {}) == {"answer": 1}
        else:
            assert [event.data for event in client.stream("ask", {})] == [{"answer": 1}]
    assert [request.token for request in local.seen] == ["kept", None, "fresh"]


def test_another_accounts_token_that_is_refused_is_not_replaced(local: FakeStack) -> None:
    keep(local.url, "ada@example.org")
    local.answers = {"POST /api/v1/search": (401, error("unauthenticated"))}
    with Client() as client, pytest.raises(CliError) as raised:
        client.call("POST", "search", {})
    assert raised.value.code == "unauthenticated"
    assert local.paths() == ["POST /api/v1/search"]


def test_another_accounts_login_that_has_ended_is_said(local: FakeStack) -> None:
    keep(local.url, "ada@example.org", for_s=10)
    with Client() as client, pytest.raises(CliError, match="not logged in"):
        client.token()


def test_a_proxy_of_the_shell_is_not_for_this_machine(stack: FakeStack, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    stack.answers = {"GET /api/v1/documents": (200, {"documents": []})}
    with Client() as client:
        assert client.call("GET", "documents") == {"documents": []}


def test_dotenv_sets_what_the_shell_has_not_set(tmp_path: Path) -> None:
    path = tmp_path / ".env"
    path.write_text("# DOCQA_A=0\n\nDOCQA_A=1\nexport DOCQA_B = \"two words\"\nDOCQA_C=c\nnonsense\nDOCQA_D='x=y'\n")
    environ = {"DOCQA_C": "shell"}
    dotenv.load(path, environ)
    assert environ == {"DOCQA_A": "1", "DOCQA_B": "two words", "DOCQA_C": "shell", "DOCQA_D": "x=y"}
    dotenv.load(tmp_path / "missing", environ)
