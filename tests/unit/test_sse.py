"""Server-sent events: what the server frames, the command reads."""

import asyncio
import contextlib
from collections.abc import AsyncIterator

import pytest

from docqa.core.events import AskEvent, StepEvent, TokenEvent
from docqa.http import sse
from docqa_cli.sse import Event, parse


async def collect(stream: AsyncIterator[bytes]) -> list[bytes]:
    return [part async for part in stream]


async def two_events() -> AsyncIterator[AskEvent]:
    yield TokenEvent(text="line one\nline two: ünï ")
    yield StepEvent(node="retrieve", status="done", ms=1.5)


def test_what_is_framed_is_read_back() -> None:
    frames = asyncio.run(collect(sse.encode(two_events(), stream_id="s")))
    events = list(parse(b"".join(frames).decode().split("\n")))
    assert events == [
        Event("token", {"text": "line one\nline two: ünï "}, "s:1"),
        Event("step", {"node": "retrieve", "status": "done", "detail": "", "ms": 1.5}, "s:2"),
    ]


def test_silence_is_filled_with_comments(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sse, "HEARTBEAT_S", 0.01)

    async def slow() -> AsyncIterator[AskEvent]:
        await asyncio.sleep(0.1)
        yield TokenEvent(text="late")

    frames = asyncio.run(collect(sse.encode(slow(), stream_id="s")))
    assert frames[0].startswith(b":")
    assert frames[-1].startswith(b"id: s:1\n")
    assert [event.data for event in parse(b"".join(frames).decode().split("\n"))] == [{"text": "late"}]


def test_a_reader_that_leaves_ends_the_source() -> None:
    ended = False

    async def endless() -> AsyncIterator[AskEvent]:
        nonlocal ended
        try:
            while True:
                yield TokenEvent(text="x")
                await asyncio.sleep(0)
        finally:
            ended = True

    async def leave() -> None:
        async with contextlib.aclosing(sse.encode(endless(), stream_id="s")) as stream:
            await anext(stream)
        assert ended  # now, and not when the event loop ends

    asyncio.run(leave())
