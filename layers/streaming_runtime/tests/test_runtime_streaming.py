"""Streaming responses: what goes over the wire, in which order, and how far an application may run ahead."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from gates import Gates
from lambda_runtime_api import RuntimeApi
from processes import Start, log_events, settled

Event = Callable[..., dict[str, Any]]
URL = "function_url_get"


def test_request_head_is_what_lambda_asks_for(api: RuntimeApi, start: Start, event: Event) -> None:
    start("plain.app")
    stream = api.submit(event(URL, path="/headers")).stream()
    assert stream.headers["lambda-runtime-function-response-mode"] == "streaming"
    assert stream.headers["content-type"] == "application/vnd.awslambda.http-integration-response"
    assert stream.headers["transfer-encoding"] == "chunked"
    trailers = {name.strip() for name in stream.headers["trailer"].split(",")}
    assert trailers == {"Lambda-Runtime-Function-Error-Type", "Lambda-Runtime-Function-Error-Body"}
    stream.prelude()
    assert stream.rest() == b"ok"
    assert stream.trailers == {}


def test_chunks_arrive_before_later_ones_are_made(api: RuntimeApi, start: Start, event: Event, gates: Gates) -> None:
    start("plain.app")
    invocation = api.submit(event(URL, path="/steps"))
    gates.wait("one").open()
    stream = invocation.stream()
    assert stream.prelude()["statusCode"] == 200
    assert stream.chunk() == b"one"  # and only now may the application go on
    gates.wait("two").open()
    assert stream.chunk() == b"two"
    gates.wait("three").open()
    assert stream.chunk() == b"three"
    assert stream.chunk() is None


def test_event_stream_headers_come_before_the_first_event(
    api: RuntimeApi, start: Start, event: Event, gates: Gates
) -> None:
    start("plain.app")
    stream = api.submit(event("rest_get", path="/sse")).stream()
    assert stream.prelude()["headers"]["content-type"] == "text/event-stream; charset=utf-8"
    gates.wait("after start").open()
    assert stream.chunk() == b"data: 1\n\n"
    gates.wait("after first").open()
    assert stream.rest() == b"data: 2\n\n"


def test_function_url_joins_repeated_headers(api: RuntimeApi, start: Start, event: Event) -> None:
    start("plain.app")
    assert api.submit(event(URL, path="/headers")).stream().prelude() == {
        "statusCode": 201,
        "headers": {"content-type": "text/plain", "vary": "accept, origin"},
        "cookies": ["a=1; Path=/", "b=2; Expires=Wed, 21 Oct 2026 07:28:00 GMT"],
    }


def test_rest_api_keeps_repeated_headers(api: RuntimeApi, start: Start, event: Event) -> None:
    start("plain.app")
    assert api.submit(event("rest_get", path="/headers")).stream().prelude() == {
        "statusCode": 201,
        "headers": {"content-type": "text/plain"},
        "multiValueHeaders": {"vary": ["accept", "origin"]},
        "cookies": ["a=1; Path=/", "b=2; Expires=Wed, 21 Oct 2026 07:28:00 GMT"],
    }


def test_headers_too_large_for_a_rest_api_are_an_error(api: RuntimeApi, start: Start, event: Event) -> None:
    start("plain.app")
    answer = api.submit(event("rest_get", path="/huge-headers")).answer()
    assert (answer.kind, answer.json()["errorType"]) == ("error", "Runtime.AsgiProtocol")
    assert api.submit(event(URL, path="/huge-headers")).stream().prelude()["statusCode"] == 200


@pytest.mark.parametrize(("path", "status"), [("/no-content", 204), ("/redirects", 302)])
def test_empty_responses(api: RuntimeApi, start: Start, event: Event, path: str, status: int) -> None:
    start("plain.app")
    stream = api.submit(event(URL, path=path)).stream()
    prelude = stream.prelude()
    assert prelude["statusCode"] == status
    assert prelude["headers"].get("content-length") == (None if status == 204 else "0")
    assert stream.rest() == b""


def test_head_has_headers_and_no_body(api: RuntimeApi, start: Start, event: Event) -> None:
    start("plain.app")
    stream = api.submit(event(URL, path="/headers", method="HEAD")).stream()
    assert stream.prelude()["headers"]["content-type"] == "text/plain"
    assert stream.rest() == b""


def test_one_large_message_comes_in_bounded_pieces(api: RuntimeApi, start: Start, event: Event) -> None:
    start("plain.app")
    stream = api.submit(event(URL, path="/large")).stream()
    stream.prelude()
    pieces = list(iter(stream.chunk, None))
    assert b"".join(pieces) == bytes(range(256)) * 40_000
    assert max(map(len, pieces)) <= 65_536


def test_backpressure_holds_the_application(api: RuntimeApi, start: Start, event: Event, tmp_path: Path) -> None:
    progress = tmp_path / "progress"
    start("plain.app", PROGRESS=str(progress))
    stream = api.submit(event(URL, path="/flood")).stream()
    sent = settled(progress)
    # What one process and two kernel socket buffers hold, far below the 1024 messages that the application has.
    assert sent < 256, f"{sent} messages of 64 KiB were taken while nobody read"
    stream.prelude()
    body = stream.rest()
    assert len(body) == 1024 * 65_536
    assert body[::65_536] == bytes(n % 256 for n in range(1024))


def test_background_work_runs_after_the_client_has_everything(
    api: RuntimeApi, start: Start, event: Event, gates: Gates
) -> None:
    start("plain.app")
    api.wait_for_poll()
    stream = api.submit(event(URL, path="/background")).stream()
    stream.prelude()
    assert stream.rest() == b"answer"  # complete, while the application is still at its gate
    gates.wait("http.request").open()
    again = gates.wait("receive again: http.disconnect")
    assert api.polls.empty()  # Lambda is asked for more only when the application has returned
    again.open()
    api.wait_for_poll()


def test_midstream_error_becomes_trailers_and_the_environment_goes_on(
    api: RuntimeApi, start: Start, event: Event
) -> None:
    process = start("plain.app")
    stream = api.submit(event(URL, path="/fails-midway")).stream()
    assert stream.prelude()["statusCode"] == 200
    assert stream.rest() == b"half"
    assert stream.trailers is not None
    assert stream.trailers["lambda-runtime-function-error-type"] == "Function.LookupError"
    error = stream.error()
    assert (error["errorType"], error["errorMessage"]) == ("LookupError", "lost it")
    assert any("fails_midway" in frame for frame in error["stackTrace"])
    assert api.submit(event(URL, path="/headers")).stream().status() == 201
    (line,) = [e for e in log_events(process.end()) if e["event"] == "invocation_failed"]
    assert (line["level"], line["errorType"]) == ("ERROR", "LookupError")


def test_unfinished_response_is_a_midstream_error(api: RuntimeApi, start: Start, event: Event) -> None:
    start("plain.app")
    stream = api.submit(event(URL, path="/unfinished")).stream()
    stream.prelude()
    assert stream.rest() == b"half"
    assert stream.error()["errorType"] == "Runtime.AsgiProtocol"


def test_failure_after_the_response_is_only_logged(api: RuntimeApi, start: Start, event: Event) -> None:
    process = start("plain.app")
    stream = api.submit(event(URL, path="/fails-after-response")).stream()
    stream.prelude()
    assert stream.rest() == b"fine"
    assert stream.trailers == {}
    api.wait_for_poll()
    api.wait_for_poll()
    assert [e["event"] for e in log_events(process.end()) if e["level"] == "ERROR"] == ["failed_after_response"]
