"""The life of an environment: context, lifespan, connections, threads, the end."""

import json
import time
from collections.abc import Callable
from typing import Any

import pytest
from gates import Gates
from lambda_runtime_api import TIMEOUT, RuntimeApi
from processes import Start, log_events

Event = Callable[..., dict[str, Any]]
URL = "function_url_get"


def _seen(api: RuntimeApi, payload: Any, **headers: str) -> Any:
    stream = api.submit(payload, **headers).stream()
    stream.prelude()
    return json.loads(stream.rest())


def test_application_sees_event_and_context(api: RuntimeApi, start: Start, event: Event) -> None:
    start("plain.look")
    payload = event("rest_post")
    seen = _seen(api, payload, Trace_Id="Root=1-abc;Sampled=1")
    assert seen["event"] == payload
    assert bytes(seen["body"]) == '{"name": "Zoë"}'.encode()
    assert seen["path"] == "/echo"
    assert seen["trace"] == "Root=1-abc;Sampled=1"
    context = seen["context"]
    assert context["request_id"]
    assert context["arn"] == "arn:aws:lambda:eu-central-1:111122223333:function:shop"
    assert (context["function"], context["memory"], context["client"]) == ("shop", "512", None)
    assert 0 < context["remaining"] <= 60_000
    assert context["deadline_ms"] > time.time() * 1000


def test_trace_belongs_to_one_invocation(api: RuntimeApi, start: Start, event: Event) -> None:
    start("plain.look")
    assert _seen(api, event(URL), Trace_Id="Root=1-abc")["trace"] == "Root=1-abc"
    assert _seen(api, event(URL))["trace"] is None


def test_client_context_is_decoded(api: RuntimeApi, start: Start, event: Event) -> None:
    start("plain.look")
    assert _seen(api, event(URL), Client_Context='{"custom": {"a": 1}}')["context"]["client"] == {"custom": {"a": 1}}
    assert _seen(api, event(URL), Client_Context="not json")["context"]["client"] is None


@pytest.mark.parametrize("handler", ["package.inner.app", "package/inner.app"])
def test_handler_in_a_package(api: RuntimeApi, start: Start, event: Event, handler: str) -> None:
    start(handler)
    stream = api.submit(event(URL)).stream()
    stream.prelude()
    assert stream.rest() == b"prepared"


def test_work_in_threads(api: RuntimeApi, start: Start, event: Event) -> None:
    start("plain.app")
    stream = api.submit(event(URL, path="/blocking-thread")).stream()
    stream.prelude()
    assert stream.rest() == b"True"


def test_startup_ends_before_the_first_invocation_is_asked_for(
    api: RuntimeApi, start: Start, event: Event, gates: Gates
) -> None:
    process = start("broken.waits_for_shutdown")
    startup = gates.wait("startup")
    assert api.polls.empty()
    startup.open()
    api.wait_for_poll()
    for _ in range(2):  # the second request does not see what the first wrote into its state
        stream = api.submit(event(URL)).stream()
        stream.prelude()
        assert stream.rest() == b"{'answer': [42], 'mine': True}"
    api.wait_for_poll()
    api.wait_for_poll()
    assert "closing what was opened" in process.end()
    assert process.status == 0


def test_lifespan_that_raises_is_unknown_to_the_application(api: RuntimeApi, start: Start) -> None:
    process = start("broken.startup_raises")
    api.wait_for_poll()
    (line,) = log_events(process.end())
    assert (line["level"], line["event"]) == ("WARN", "lifespan_unsupported")
    assert process.status == 0


def test_lifespan_can_be_demanded(api: RuntimeApi, start: Start) -> None:
    start("broken.startup_raises", STREAMING_RUNTIME_LIFESPAN="on")
    error = api.init_errors.get(timeout=TIMEOUT).json()
    assert error["errorType"] == "Runtime.LifespanStartupFailed"
    assert "the database is not there" in error["errorMessage"]


def test_lifespan_can_be_switched_off(api: RuntimeApi, start: Start, gates: Gates) -> None:
    start("broken.waits_for_shutdown", STREAMING_RUNTIME_LIFESPAN="off")
    api.wait_for_poll()
    assert gates.nobody()


def test_one_connection_serves_all_polls(api: RuntimeApi, start: Start, event: Event) -> None:
    start("plain.app")
    for _ in range(5):
        api.submit(event(URL, path="/headers")).stream().rest()
    assert {api.polls.get(timeout=TIMEOUT) for _ in range(6)} == {1}


def test_a_connection_that_was_closed_while_idle_is_replaced(api: RuntimeApi, start: Start, event: Event) -> None:
    api.close_after_next = True
    start("plain.app")
    for _ in range(3):
        api.submit(event(URL, path="/headers")).stream().rest()
    # The error report too must get through on a connection that the other side has closed.
    assert api.submit(event(URL, path="/fails-at-once")).answer().kind == "error"


@pytest.mark.parametrize("status", [403, 500])
def test_runtime_api_that_refuses_ends_the_process(api: RuntimeApi, start: Start, status: int) -> None:
    api.next_status = status
    process = start("plain.app")
    (line,) = [e for e in log_events(process.output()) if e["event"] == "runtime_api_gone"]
    assert str(status) in line["errorMessage"]
    assert process.status == 1


def test_runtime_api_that_goes_away_ends_the_process(api: RuntimeApi, start: Start) -> None:
    process = start("plain.app")
    api.wait_for_poll()
    api.close()
    assert "runtime_api_gone" in process.output()
    assert process.status == 1
