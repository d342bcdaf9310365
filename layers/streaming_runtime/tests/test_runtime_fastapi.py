"""A FastAPI application from the event to the bytes."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from gates import Gates
from lambda_runtime_api import RuntimeApi
from processes import Start, log_events

Event = Callable[..., dict[str, Any]]


@pytest.mark.parametrize("name", ["function_url_get", "rest_get"])
def test_json_and_cookies(api: RuntimeApi, start: Start, event: Event, name: str) -> None:
    start("shop.app")
    stream = api.submit(event(name, path="/greet/Zo%C3%AB")).stream()
    prelude = stream.prelude()
    assert prelude["headers"]["content-type"] == "application/json"
    assert [cookie.partition(";")[0] for cookie in prelude["cookies"]][:1] == ["seen=yes"]
    assert len(prelude["cookies"]) == 2
    assert json.loads(stream.rest()) == {"text": "hello Zoë", "function": "shop"}


def test_post_and_background_task(api: RuntimeApi, start: Start, event: Event, gates: Gates) -> None:
    start("shop.app")
    api.wait_for_poll()
    payload = event("rest_post", path="/items") | {"body": '{"name": "tea", "price": 3.5}'}
    stream = api.submit(payload).stream()
    assert stream.prelude()["statusCode"] == 201
    assert json.loads(stream.rest()) == {"name": "tea", "price": 3.5}
    stored = gates.wait("stored tea")
    assert api.polls.empty()
    stored.open()
    api.wait_for_poll()


@pytest.mark.parametrize("name", ["function_url_get", "rest_get"])
def test_server_sent_events(api: RuntimeApi, start: Start, event: Event, gates: Gates, name: str) -> None:
    start("shop.app")
    stream = api.submit(event(name, path="/ask/stream")).stream()
    assert stream.prelude()["headers"]["content-type"].startswith("text/event-stream")
    gates.wait("before one").open()
    assert stream.chunk() == b"event: token\ndata: one\n\n"
    gates.wait("before two").open()
    assert stream.rest() == b"event: token\ndata: two\n\n"


def test_client_that_leaves_closes_the_generator(api: RuntimeApi, start: Start, event: Event, gates: Gates) -> None:
    process = start("shop.app")
    api.wait_for_poll()
    stream = api.submit(event("function_url_get", path="/endless")).stream()
    stream.prelude()
    stream.chunk()
    stream.close()
    gates.wait("generator closed").open()
    api.wait_for_poll()
    events = log_events(process.end())
    assert [e["event"] for e in events] == ["client_disconnected"]


@pytest.mark.parametrize(("path", "status"), [("/teapot", 418), ("/nowhere", 404), ("/items", 405)])
def test_http_errors_are_responses(api: RuntimeApi, start: Start, event: Event, path: str, status: int) -> None:
    start("shop.app")
    assert api.submit(event("function_url_get", path=path)).stream().prelude()["statusCode"] == status


def test_validation_error(api: RuntimeApi, start: Start, event: Event) -> None:
    start("shop.app")
    payload = event("rest_post", path="/items") | {"body": '{"name": "tea"}'}
    assert api.submit(payload).stream().prelude()["statusCode"] == 422


def test_bug_is_a_500_and_a_log_line(api: RuntimeApi, start: Start, event: Event) -> None:
    process = start("shop.app")
    api.wait_for_poll()
    stream = api.submit(event("function_url_get", path="/bug")).stream()
    assert stream.prelude()["statusCode"] == 500
    stream.rest()
    api.wait_for_poll()
    output = process.end()
    (line,) = [e for e in log_events(output) if e["level"] == "ERROR"]
    assert (line["event"], line["errorMessage"]) == ("failed_after_response", "a bug")
    assert "shop closed" in output
    assert process.status == 0
