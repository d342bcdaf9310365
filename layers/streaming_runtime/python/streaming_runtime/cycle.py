"""One request through an ASGI application: the messages in both directions, and how it ended."""

import asyncio
from enum import Enum, auto

from streaming_runtime.errors import ClientDisconnected, ProtocolViolation
from streaming_runtime.prelude import ResponseHead
from streaming_runtime.response import ResponseSink
from streaming_runtime.types import Application, Message, Scope


class Phase(Enum):
    """How far a response is, as the caller of the function sees it."""

    NOTHING_SENT = auto()
    SENDING = auto()
    COMPLETE = auto()


class RequestCycle:
    """Runs the application once.

    When is the prelude sent? With the first body message, so that an application that fails before it gives a clean
    error instead of a broken 200; but with `http.response.start` itself for `text/event-stream`, whose readers wait
    for the headers.
    """

    def __init__(self, app: Application, scope: Scope, body: bytes, sink: ResponseSink, grace_s: float | None) -> None:
        self._app = app
        self._scope = scope
        self._body: bytes | None = body
        self._sink = sink
        self._grace_s = grace_s
        self._head: ResponseHead | None = None
        self._complete = asyncio.Event()
        self._mute = scope["method"] == "HEAD"
        self.phase = Phase.NOTHING_SENT
        self.cancelled = False

    async def run(self) -> BaseException | None:
        """Call the application to its end, background work included; what it raised, SystemExit too, or None.

        After a disconnect it has the grace time to end by itself; then it is cancelled.
        """
        task = asyncio.create_task(self._call())
        gone = asyncio.create_task(self._sink.disconnected.wait())
        try:
            await asyncio.wait({task, gone}, return_when=asyncio.FIRST_COMPLETED)
            if not task.done():
                await asyncio.wait({task}, timeout=self._grace_s)
            if not task.done():
                self.cancelled = True
                task.cancel()
            return await task
        finally:
            gone.cancel()

    async def _call(self) -> BaseException | None:
        """A task that raised SystemExit would stop the event loop at once; as a value it can be reported first."""
        try:
            await self._app(self._scope, self._receive, self._send)
        except BaseException as error:  # noqa: BLE001 (a value, so that it can be reported: see above)
            return error
        if self.phase is not Phase.COMPLETE and not self._sink.disconnected.is_set():
            return ProtocolViolation("the application returned without completing its response")
        return None

    async def _receive(self) -> Message:
        if self._body is not None:
            body, self._body = self._body, None
            return {"type": "http.request", "body": body, "more_body": False}
        await self._over()
        return {"type": "http.disconnect"}

    async def _over(self) -> None:
        """Returns when the response is complete or nobody reads it."""
        waits = {asyncio.ensure_future(event.wait()) for event in (self._complete, self._sink.disconnected)}
        try:
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for wait in waits:
                wait.cancel()

    async def _send(self, message: Message) -> None:
        if self._sink.disconnected.is_set():
            raise ClientDisconnected("the response is no longer read")
        match message["type"]:
            case "http.response.start":
                await self._start(message)
            case "http.response.body":
                await self._send_body(message)
            case other:
                raise ProtocolViolation(f"the message type {other!r} is not supported")

    async def _start(self, message: Message) -> None:
        if self._head is not None:
            raise ProtocolViolation("http.response.start was sent twice")
        self._head = ResponseHead.of(message.get("status"), message.get("headers") or ())
        if self._head.is_event_stream and not self._mute:
            await self._sink.begin(self._head, b"", last=False)
            self.phase = Phase.SENDING

    async def _send_body(self, message: Message) -> None:
        if self._head is None:
            raise ProtocolViolation("http.response.body was sent before http.response.start")
        if self.phase is Phase.COMPLETE:
            raise ProtocolViolation("http.response.body was sent after the response was complete")
        data = b"" if self._mute or self._head.has_no_body else bytes(message.get("body") or b"")
        last = not message.get("more_body", False)
        if self.phase is Phase.NOTHING_SENT:
            await self._sink.begin(self._head, data, last=last)
            self.phase = Phase.SENDING
        elif data:
            await self._sink.write(data)
        if last:
            await self._sink.finish()
            self.phase = Phase.COMPLETE
            self._complete.set()
