"""Where a response goes: streamed chunk by chunk, or collected and handed over whole."""

import asyncio
from typing import Protocol

from streaming_runtime import log
from streaming_runtime.client import RuntimeClient
from streaming_runtime.errors import ClientDisconnected, ErrorReport, ResponseTooLarge
from streaming_runtime.events import Payload
from streaming_runtime.prelude import MAX_BUFFERED, ResponseHead, buffered_answer, streaming_prelude
from streaming_runtime.wire import Connection, Reply, read_reply

_PIECE = 64 * 1024
_LAST_CHUNK = b"0\r\n"


class ResponseSink(Protocol):
    """Takes one response: `begin`, `write`…, then `finish` or `abort`."""

    disconnected: asyncio.Event
    """Set as soon as it is known that nobody reads any more."""

    async def begin(self, head: ResponseHead, first: bytes, *, last: bool) -> None: ...
    async def write(self, data: bytes) -> None: ...
    async def finish(self) -> None: ...
    async def abort(self, report: ErrorReport) -> bool:
        """Report an error after `begin`; False if the caller must report it as a failed invocation instead."""
        ...

    async def settled(self) -> None:
        """Returns when Lambda has taken the response."""
        ...


class StreamSink:
    """Streams over a connection of its own. Raises ClientDisconnected where nobody reads any more.

    Backpressure: every write waits until no more than 64 KiB wait in this process (and as much in the kernel), so an
    application is never further ahead of Lambda than that.
    """

    def __init__(self, client: RuntimeClient, request_id: str, payload: Payload) -> None:
        self._client = client
        self._request_id = request_id
        self._payload = payload
        self._connection: Connection | None = None
        self._reply: asyncio.Task[Reply] | None = None
        self._finished = False
        self.disconnected = asyncio.Event()

    async def begin(self, head: ResponseHead, first: bytes, *, last: bool) -> None:
        prelude = streaming_prelude(head, self._payload, empty=last and not first)
        connection = await self._client.open_stream(self._request_id)
        self._connection = connection
        self._reply = asyncio.create_task(read_reply(connection.reader))
        self._reply.add_done_callback(self._on_reply)
        connection.writer.write(_chunk(prelude))
        await self.write(first)

    async def write(self, data: bytes) -> None:
        writer = self._open_connection().writer
        view = memoryview(data)
        try:
            for at in range(0, len(view), _PIECE):
                writer.write(_chunk(view[at : at + _PIECE]))
                await writer.drain()
            if not data:
                await writer.drain()
        except OSError as error:
            self.disconnected.set()
            raise ClientDisconnected("the response is no longer read") from error

    async def finish(self) -> None:
        await self._end(_LAST_CHUNK + b"\r\n")

    async def abort(self, report: ErrorReport) -> bool:
        """Mid-stream error: the trailers that were announced in the request head."""
        kind = b"Lambda-Runtime-Function-Error-Type: " + report.kind.encode("ascii")
        body = b"Lambda-Runtime-Function-Error-Body: " + report.trailer()
        await self._end(_LAST_CHUNK + kind + b"\r\n" + body + b"\r\n\r\n")
        return True

    async def settled(self) -> None:
        if self._connection is None or self._reply is None:
            return
        try:
            await self._reply
        except (OSError, EOFError, ValueError) as error:
            if self._finished:
                log.event("INFO", "stream_not_acknowledged", request_id=self._request_id, reason=type(error).__name__)
        finally:
            self._connection.close()

    async def _end(self, tail: bytes) -> None:
        writer = self._open_connection().writer
        self._finished = True
        writer.write(tail)
        try:
            await writer.drain()
        except OSError as error:
            self.disconnected.set()
            raise ClientDisconnected("the response is no longer read") from error

    def _open_connection(self) -> Connection:
        if self._connection is None:
            raise RuntimeError("the response has not begun")
        if self.disconnected.is_set():
            raise ClientDisconnected("the response is no longer read")
        return self._connection

    def _on_reply(self, reply: "asyncio.Task[Reply]") -> None:
        """The Runtime API answered or closed. Before our end, that means that nobody takes the rest.

        The connection closes here and not when the application has ended: background work must not hold it open.
        """
        if reply.cancelled():
            return
        error = reply.exception()
        if error is None and reply.result().status >= 300:
            status = reply.result().status
            log.event("ERROR", "answer_refused", request_id=self._request_id, what="response", status=status)
        if self._connection is None:
            return
        if self._finished:
            self._connection.close()
        else:
            self.disconnected.set()
            self._connection.writer.transport.abort()  # wakes a write that waits for room


class BufferSink:
    """Collects the response and hands it over as proxy JSON. Nothing is sent before the end."""

    def __init__(self, client: RuntimeClient, request_id: str, payload: Payload) -> None:
        self._client = client
        self._request_id = request_id
        self._payload = payload
        self._head: ResponseHead | None = None
        self._body = bytearray()
        self.disconnected = asyncio.Event()  # never: Lambda holds the answer until it is whole

    async def begin(self, head: ResponseHead, first: bytes, *, last: bool) -> None:
        self._head = head
        await self.write(first)

    async def write(self, data: bytes) -> None:
        if len(self._body) + len(data) > MAX_BUFFERED:
            raise ResponseTooLarge(f"the response has more than {MAX_BUFFERED} bytes; only streamed ones may")
        self._body += data

    async def finish(self) -> None:
        if self._head is None:
            raise RuntimeError("the response has not begun")
        await self._client.respond(self._request_id, buffered_answer(self._head, self._payload, bytes(self._body)))

    async def abort(self, report: ErrorReport) -> bool:
        return False

    async def settled(self) -> None:
        return


def _chunk(data: bytes | memoryview) -> bytes:
    return b"".join((b"%x\r\n" % len(data), data, b"\r\n")) if data else b""
