"""The client goes away: the application learns of it, and the environment is free for the next invocation."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from gates import Gates
from lambda_runtime_api import RuntimeApi
from processes import Start, log_events, settled

Event = Callable[..., dict[str, Any]]
URL = "function_url_get"


def test_silent_application_hears_of_it_at_once(api: RuntimeApi, start: Start, event: Event, gates: Gates) -> None:
    process = start("plain.app", STREAMING_RUNTIME_DISCONNECT_GRACE="never")
    api.wait_for_poll()
    stream = api.submit(event(URL, path="/listens")).stream()
    stream.prelude()
    stream.close()
    gates.wait("http.disconnect").open()
    api.wait_for_poll()
    assert api.submit(event(URL, path="/headers")).stream().status() == 201
    events = log_events(process.end())
    assert [e["event"] for e in events if e["level"] == "INFO"] == ["client_disconnected"]
    assert not [e for e in events if e["level"] == "ERROR"]


def test_send_raises(api: RuntimeApi, start: Start, event: Event, gates: Gates) -> None:
    start("plain.app", STREAMING_RUNTIME_DISCONNECT_GRACE="never")
    api.wait_for_poll()
    stream = api.submit(event(URL, path="/writes-when-told")).stream()
    first = gates.wait("first sent")
    stream.close()
    first.open()
    gates.wait("send raised ClientDisconnected").open()
    api.wait_for_poll()


def test_application_that_waits_for_room_is_woken(
    api: RuntimeApi, start: Start, event: Event, gates: Gates, tmp_path: Path
) -> None:
    progress = tmp_path / "progress"
    start("plain.app", STREAMING_RUNTIME_DISCONNECT_GRACE="never", PROGRESS=str(progress))
    api.wait_for_poll()
    stream = api.submit(event(URL, path="/flood-until-error")).stream()
    settled(progress)  # nobody reads: the application waits for room
    stream.close()
    gates.wait("send raised ClientDisconnected").open()
    api.wait_for_poll()


def test_deaf_application_is_cancelled_after_the_grace(
    api: RuntimeApi, start: Start, event: Event, gates: Gates
) -> None:
    process = start("plain.app", STREAMING_RUNTIME_DISCONNECT_GRACE="0")
    api.wait_for_poll()
    stream = api.submit(event(URL, path="/deaf")).stream()
    gates.wait("deaf")  # stays closed
    stream.close()
    api.wait_for_poll()
    output = process.end()
    assert "deaf application cleaned up" in output
    (line,) = [e for e in log_events(output) if e["event"] == "client_disconnected"]
    assert line["cancelled"] is True


def test_deaf_application_may_run_on(api: RuntimeApi, start: Start, event: Event, gates: Gates) -> None:
    process = start("plain.app", STREAMING_RUNTIME_DISCONNECT_GRACE="never")
    api.wait_for_poll()
    stream = api.submit(event(URL, path="/deaf")).stream()
    knock = gates.wait("deaf")
    stream.close()
    knock.open()
    api.wait_for_poll()
    (line,) = [e for e in log_events(process.end()) if e["event"] == "client_disconnected"]
    assert line["cancelled"] is False


def test_early_refusal_wakes_an_application_that_waits_for_room(
    api: RuntimeApi, start: Start, event: Event, gates: Gates, tmp_path: Path
) -> None:
    progress = tmp_path / "progress"
    process = start("plain.app", STREAMING_RUNTIME_DISCONNECT_GRACE="never", PROGRESS=str(progress))
    api.wait_for_poll()
    stream = api.submit(event(URL, path="/flood-until-error")).stream()
    settled(progress)
    stream.refuse(413)
    gates.wait("send raised ClientDisconnected").open()
    api.wait_for_poll()
    (line,) = [e for e in log_events(process.end()) if e["event"] == "answer_refused"]
    assert line["status"] == 413
