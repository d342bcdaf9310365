"""Answers, whole and streamed."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest

from docqa.core.errors import DependencyUnavailable, InvalidRequest, InvalidSetting
from docqa.core.events import AskEvent, DoneEvent, StepEvent, TokenEvent, UsageEvent
from docqa_cli.sse import Event, parse

DONE = DoneEvent(conversation_id=uuid4(), message_id=uuid4(), answer="Yes.", citations=(), grounded=True)
USAGE = UsageEvent(provider="extractive", model="bge", input_tokens=0, output_tokens=0, cost_usd=0)
WHOLE = (StepEvent(node="guard", status="started"), TokenEvent(text="Yes."), USAGE, DONE)
MakeApi = Callable[..., Any]


def events_of(answer: Any) -> list[Event]:
    return list(parse(answer.text.split("\n")))


def stream(api: Any, **fields: Any) -> Any:
    return api.http.post("ask/stream", json={"question": "Is it?", **fields})


def test_the_stream_is_server_sent_events_that_nobody_keeps(make_api: MakeApi) -> None:
    answer = stream(make_api(*WHOLE))
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/event-stream; charset=utf-8"
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["x-accel-buffering"] == "no"
    assert answer.headers["x-request-id"]
    assert [event.name for event in events_of(answer)] == ["step", "token", "usage", "done"]
    assert len({event.id for event in events_of(answer)}) == 4


@pytest.mark.parametrize(
    ("error", "code", "retryable"),
    [
        (DependencyUnavailable("The database does not answer."), "dependency_unavailable", True),
        (RuntimeError("secret internals"), "internal_error", False),
        (InvalidSetting("The secret docqa/x is not JSON"), "internal_error", False),
    ],
)
def test_an_answer_that_fails_midway_ends_with_an_error_event(
    make_api: MakeApi, error: Exception, code: str, retryable: bool
) -> None:
    answer = stream(make_api(*WHOLE[:2], error))
    events = events_of(answer)
    assert [event.name for event in events] == ["step", "token", "error"]
    assert (events[-1].data["code"], events[-1].data["retryable"]) == (code, retryable)
    assert "secret" not in answer.text


def test_what_the_answerer_refuses_at_once_is_a_status_not_an_event(make_api: MakeApi) -> None:
    answer = stream(make_api(InvalidRequest("The question is empty.")), question="?!")
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "invalid_request")
    assert answer.headers["content-type"] == "application/json"


def test_the_whole_answer_at_once(make_api: MakeApi) -> None:
    api = make_api(*WHOLE)
    body = api.http.post("ask", json={"question": "  Is it?  "}).json()
    assert set(body) == {"answer", "citations", "grounded", "conversation_id", "message_id", "usage"}
    assert (body["answer"], body["usage"]["model"]) == ("Yes.", "bge")
    (question,) = api.services.answerer.questions
    assert (question.text, question.document_ids, question.epoch) == ("Is it?", None, api.services.access.epoch)


@pytest.mark.parametrize("events", [(), WHOLE[:2]])
def test_a_whole_answer_without_an_end_is_a_failure(make_api: MakeApi, events: tuple[AskEvent, ...]) -> None:
    answer = make_api(*events).http.post("ask", json={"question": "Is it?"})
    assert (answer.status_code, answer.json()["error"]["code"]) == (500, "internal_error")
