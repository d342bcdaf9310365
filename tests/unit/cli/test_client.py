"""Answers of a stack, good and bad, and what the command makes of them."""

import json
from typing import Any

import pytest
from typer.testing import CliRunner

from docqa_cli import answers, show
from docqa_cli.client import Client
from docqa_cli.errors import CliError
from docqa_cli.main import app
from docqa_cli.sse import Event, parse
from tests.unit.cli.conftest import FakeStack, error

CITATION = {"marker": 1, "document_id": "d", "version": 1, "filename": "a.pdf", "page": 3, "boxes": [], "quote": "Yes."}
DONE = {"conversation_id": "c", "message_id": "m", "answer": "Yes. [1]", "citations": [CITATION], "grounded": True}


def sse(*events: tuple[str, Any]) -> str:
    return ": hello\n\n" + "".join(f"event: {name}\ndata: {json.dumps(data)}\n\n" for name, data in events)


@pytest.mark.parametrize(
    ("text", "events"),
    [
        ("event: a\ndata: {}\n\n", [Event("a", {})]),
        ("id: 7\nevent: a\ndata:{\ndata: }\n\n", [Event("a", {}, "7")]),
        (": still here\n\ndata: {}\n\n", [Event("message", {})]),
        ("event: a\n\nevent: b\ndata: {}\n\n", [Event("b", {})]),
        ("event: a\ndata: {}\n", []),  # cut off: an event ends with an empty line
        ("retry: 5\nunknown\ndata: {}\n\n", [Event("message", {})]),
    ],
)
def test_server_sent_events_are_read(text: str, events: list[Event]) -> None:
    assert list(parse(text.split("\n")[:-1])) == events


def test_a_refusal_keeps_the_servers_code_and_sentence(stack: FakeStack) -> None:
    stack.answers = {"GET /api/v1/documents": (409, error("conflict", "Not now."))}
    with Client() as client, pytest.raises(CliError) as raised:
        client.call("GET", "documents")
    assert raised.value.as_json() == {"code": "conflict", "message": "Not now.", "retryable": False}


@pytest.mark.parametrize("body", ["<html>", "[]", '{"message": null}'])
def test_a_refusal_without_our_shape_is_still_a_sentence(stack: FakeStack, body: str) -> None:
    stack.answers = {"GET /api/v1/documents": (502, body)}
    with Client() as client, pytest.raises(CliError, match="502") as raised:
        client.call("GET", "documents")
    assert (raised.value.code, raised.value.retryable) == ("bad_gateway", True)


def test_an_answer_is_gathered_from_its_events(stack: FakeStack) -> None:
    usage = {"provider": "extractive"}
    text = sse(("token", {"text": "Yes."}), ("citation", CITATION), ("usage", usage), ("done", DONE))
    stack.answers = {"POST /api/v1/ask/stream": (200, text)}
    with Client() as client:
        answer = answers.ask(client, {"question": "?"}, quiet=True).as_json()
    assert answer == {k: v for k, v in DONE.items() if k != "message_id"} | {"usage": usage}


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (sse(("token", {"text": "Ye"})), "incomplete"),
        (sse(("token", {"text": "Ye"}), ("error", error("dependency_unavailable")["error"])), "dependency_unavailable"),
    ],
)
def test_an_answer_that_breaks_off_is_a_failure(stack: FakeStack, text: str, code: str) -> None:
    stack.answers = {"POST /api/v1/ask/stream": (200, text)}
    with Client() as client, pytest.raises(CliError) as raised:
        answers.ask(client, {"question": "?"}, quiet=True)
    assert raised.value.code == code


def test_only_what_was_asked_for_is_sent(stack: FakeStack) -> None:
    stack.answers = {"POST /api/v1/ask/stream": (200, sse(("done", DONE)))}
    result = CliRunner().invoke(app, ["ask", "Is it?", "--document", "d1", "--document", "d2", "--json"])
    assert result.exit_code == 0, result.output
    assert stack.seen[0].body == b'{"question":"Is it?","document_ids":["d1","d2"]}'


def test_token_as_json(stack: FakeStack) -> None:
    assert CliRunner().invoke(app, ["token", "--json"]).stdout == '{\n  "access_token": "given"\n}\n'


@pytest.mark.parametrize(
    ("item", "said"),
    [
        ({"page": 3}, "page 3"),
        ({"page": None, "row": 12}, "row 12"),
        ({"page_from": 2, "page_to": 4, "row_from": None}, "page 2"),
        ({"page_from": None, "row_from": 7, "row_to": 9}, "row 7"),
        ({"page": None, "row": None}, ""),
    ],
)
def test_places_are_named_for_people(item: dict[str, Any], said: str) -> None:
    assert show.place(item) == said
