"""Failures before the first byte, exits, and environments that cannot start."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from lambda_runtime_api import TIMEOUT, RuntimeApi
from processes import Start, log_events

Event = Callable[..., dict[str, Any]]
URL = "function_url_get"


@pytest.mark.parametrize(
    ("path", "error_type", "message"),
    [
        ("/fails-at-once", "ValueError", "no luck"),
        ("/fails-after-start", "ValueError", "no luck"),
        ("/silent", "Runtime.AsgiProtocol", "the application returned without completing its response"),
        ("/body-first", "Runtime.AsgiProtocol", "http.response.body was sent before http.response.start"),
    ],
)
def test_error_before_the_first_byte(
    api: RuntimeApi, start: Start, event: Event, path: str, error_type: str, message: str
) -> None:
    process = start("plain.app")
    invocation = api.submit(event(URL, path=path))
    answer = invocation.answer()
    assert answer.kind == "error"
    assert answer.json()["errorType"] == error_type
    assert answer.json()["errorMessage"] == message
    assert answer.headers["lambda-runtime-function-error-type"] in (error_type, f"Function.{error_type}")
    if error_type == "ValueError":
        assert any("no luck" in frame for frame in answer.json()["stackTrace"])
    assert api.submit(event(URL, path="/headers")).stream().status() == 201
    (line,) = [e for e in log_events(process.end()) if e["event"] == "invocation_failed"]
    assert (line["requestId"], line["errorType"]) == (invocation.request_id, error_type)


@pytest.mark.parametrize("payload", [{"Records": []}, b"{not json", [1]])
def test_events_that_are_no_request(api: RuntimeApi, start: Start, event: Event, payload: Any) -> None:
    start("plain.app")
    answer = api.submit(payload).answer()
    assert (answer.kind, answer.json()["errorType"]) == ("error", "Runtime.UnknownEvent")
    assert api.submit(event(URL, path="/headers")).stream().status() == 201


def test_exit_is_reported_and_ends_the_process(api: RuntimeApi, start: Start, event: Event) -> None:
    process = start("plain.app")
    answer = api.submit(event(URL, path="/exits")).answer()
    assert answer.json()["errorType"] == "Runtime.ExitError"
    assert answer.json()["errorMessage"] == "exit status 3"
    process.output()
    assert process.status == 3


def test_exit_midway_is_reported_in_the_trailers(api: RuntimeApi, start: Start, event: Event) -> None:
    process = start("plain.app")
    stream = api.submit(event(URL, path="/exits-midway")).stream()
    stream.prelude()
    assert stream.rest() == b"half"
    assert stream.error()["errorType"] == "Runtime.ExitError"
    process.output()
    assert process.status == 4


def test_exit_in_a_task_of_the_application(api: RuntimeApi, start: Start, event: Event) -> None:
    process = start("plain.app")
    answer = api.submit(event(URL, path="/exits-in-task")).answer()
    assert answer.json()["errorType"] == "Runtime.ExitError"
    process.output()
    assert process.status == 5


def test_keyboard_interrupt_is_not_swallowed(api: RuntimeApi, start: Start, event: Event) -> None:
    process = start("plain.app")
    assert api.submit(event(URL, path="/interrupts")).answer().json()["errorType"] == "KeyboardInterrupt"
    process.output()
    assert process.status not in (0, None)


@pytest.mark.parametrize(
    ("handler", "error_type", "words"),
    [
        ("no_such_module.app", "Runtime.ImportModuleError", "no_such_module"),
        ("imports_missing.app", "Runtime.ImportModuleError", "no_such_package"),
        ("plain.nothing", "Runtime.HandlerNotFound", "nothing"),
        ("plain", "Runtime.MalformedHandlerName", "module.attribute"),
        ("broken.handler", "Runtime.NotAnAsgiApplication", "handler(event, context)"),
        ("broken.not_callable", "Runtime.NotAnAsgiApplication", "cannot be called"),
        ("raises_at_import.app", "RuntimeError", "configuration is missing"),
        ("exits_at_import.app", "Runtime.ExitError", "stop here"),
        ("broken.startup_fails", "Runtime.LifespanStartupFailed", "the database is not there"),
        ("broken.startup_exits", "Runtime.ExitError", "exit status 9"),
    ],
)
def test_environment_that_cannot_start(
    api: RuntimeApi, start: Start, handler: str, error_type: str, words: str
) -> None:
    process = start(handler)
    answer = api.init_errors.get(timeout=TIMEOUT)
    assert answer.json()["errorType"] == error_type
    assert words in answer.json()["errorMessage"]
    assert answer.headers["lambda-runtime-function-error-type"].endswith(error_type)
    (line,) = [e for e in log_events(process.output()) if e["event"] == "init_failed"]
    assert line["errorType"] == error_type
    assert process.status == 1
    assert api.polls.empty()


def test_syntax_error_names_the_line(api: RuntimeApi, start: Start, tmp_path: Path) -> None:
    (tmp_path / "typo.py").write_text("def broken(:\n")
    start("typo.app", LAMBDA_TASK_ROOT=str(tmp_path))
    error = api.init_errors.get(timeout=TIMEOUT).json()
    assert error["errorType"] == "Runtime.UserCodeSyntaxError"
    assert "typo.py, line 1" in error["errorMessage"]


def test_import_error_shows_where(api: RuntimeApi, start: Start) -> None:
    start("imports_missing.app")
    assert any("imports_missing.py" in frame for frame in api.init_errors.get(timeout=TIMEOUT).json()["stackTrace"])


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("STREAMING_RUNTIME_MODE", "sometimes"),
        ("STREAMING_RUNTIME_LIFESPAN", "maybe"),
        ("STREAMING_RUNTIME_DISCONNECT_GRACE", "-1"),
        ("STREAMING_RUNTIME_DISCONNECT_GRACE", "soon"),
    ],
)
def test_wrong_settings_stop_the_start(api: RuntimeApi, start: Start, name: str, value: str) -> None:
    start("plain.app", **{name: value})
    error = api.init_errors.get(timeout=TIMEOUT).json()
    assert error["errorType"] == "Runtime.InvalidSetting"
    assert name in error["errorMessage"]


def test_without_lambda(start: Start) -> None:
    process = start("plain.app", AWS_LAMBDA_RUNTIME_API="")
    assert "AWS_LAMBDA_RUNTIME_API is not set" in process.output()
    assert process.status == 1
