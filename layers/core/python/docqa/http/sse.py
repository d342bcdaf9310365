"""Server-sent events: framing, ids, and a heartbeat while nothing else is sent (WHATWG HTML, section 9.2)."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing, suppress

from fastapi.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from docqa.core.events import AskEvent

HEARTBEAT_S = 15.0
HEARTBEAT = b": still here\n\n"
HEADERS = {"cache-control": "no-store", "x-accel-buffering": "no"}
MEDIA_TYPE = "text/event-stream"


class EventResponse(StreamingResponse):
    """Closes what it sends when it ends, also when its reader went away: then, not when somebody collects it."""

    def __init__(self, frames: AsyncGenerator[bytes]) -> None:
        super().__init__(frames, media_type=MEDIA_TYPE, headers=HEADERS)
        self._frames = frames

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async with aclosing(self._frames):
            await super().__call__(scope, receive, send)


def frame(name: str, data: str, event_id: str | None = None) -> bytes:
    """One event. `data` is JSON and so holds no line break."""
    head = f"id: {event_id}\n" if event_id is not None else ""
    return f"{head}event: {name}\ndata: {data}\n\n".encode()


async def begun(first: AskEvent, events: AsyncIterator[AskEvent]) -> AsyncGenerator[AskEvent]:
    """The events of which the first was taken already; closing it closes them."""
    try:
        yield first
        async for event in events:
            yield event
    finally:
        closer = getattr(events, "aclose", None)
        if closer is not None:
            await closer()


async def encode(events: AsyncIterator[AskEvent], *, stream_id: str) -> AsyncGenerator[bytes]:
    """Frames with ids `{stream_id}:{n}`, and a comment line whenever nothing was sent for 15 seconds."""
    number = 0
    async with aclosing(beating(events)) as beats:
        async for event in beats:
            if event is None:
                yield HEARTBEAT
                continue
            number += 1
            yield frame(event.name, event.model_dump_json(), f"{stream_id}:{number}")


async def beating(events: AsyncIterator[AskEvent]) -> AsyncGenerator[AskEvent | None]:
    """The events, with None in between for every HEARTBEAT_S without one. Ends the source when the reader goes away."""
    upcoming: asyncio.Task[AskEvent] | None = None
    try:
        while True:
            upcoming = upcoming or asyncio.ensure_future(anext(events))
            done, _ = await asyncio.wait({upcoming}, timeout=HEARTBEAT_S)
            if not done:
                yield None
                continue
            task, upcoming = upcoming, None
            try:
                event = task.result()
            except StopAsyncIteration:
                return
            yield event
    finally:
        if upcoming is not None:
            upcoming.cancel()
            with suppress(asyncio.CancelledError, StopAsyncIteration):
                await upcoming
        closer = getattr(events, "aclose", None)
        if closer is not None:
            await closer()
