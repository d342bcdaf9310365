"""The Lambda Runtime API, version 2018-06-01.

Next, error, init error and buffered responses share one keep-alive connection; a streamed response has its own, which
the documentation asks the runtime to close after the response ("Building a custom runtime", response streaming).
"""

import asyncio

from streaming_runtime import log
from streaming_runtime.errors import ErrorReport, RuntimeApiGone
from streaming_runtime.invocation import Invocation, invocation_from
from streaming_runtime.wire import Connection, Header, Reply, request_head

_BASE = "/2018-06-01/runtime"
_STREAM_BUFFER = 64 * 1024
_STREAM_HEADERS: tuple[Header, ...] = (
    ("Lambda-Runtime-Function-Response-Mode", "streaming"),
    ("Content-Type", "application/vnd.awslambda.http-integration-response"),
    ("Transfer-Encoding", "chunked"),
    ("Trailer", "Lambda-Runtime-Function-Error-Type, Lambda-Runtime-Function-Error-Body"),
    ("Connection", "close"),
)


class RuntimeClient:
    """One per process; not for use by two tasks at the same time."""

    def __init__(self, api: str) -> None:
        self._api = api
        self._connection: Connection | None = None

    async def next(self) -> Invocation:
        """Wait for an invocation, without a limit: Lambda freezes the process here. Raises RuntimeApiGone."""
        reply = await self._exchange("GET", "/invocation/next")
        if reply.status != 200:
            raise RuntimeApiGone(f"GET next was answered with status {reply.status}")
        try:
            return invocation_from(reply.headers, reply.body)
        except (KeyError, ValueError) as error:
            raise RuntimeApiGone(f"GET next was answered without a valid header {error}") from error

    async def respond(self, request_id: str, payload: bytes) -> None:
        """Hand over a whole answer."""
        reply = await self._exchange("POST", f"/invocation/{request_id}/response", body=payload)
        _check(reply, "response", request_id)

    async def fail(self, request_id: str, report: ErrorReport) -> None:
        """Report an invocation that failed before its first byte."""
        reply = await self._post_error(f"/invocation/{request_id}/error", report)
        _check(reply, "error", request_id)

    async def fail_init(self, report: ErrorReport) -> None:
        """Report that the environment cannot start; the process must exit afterwards."""
        _check(await self._post_error("/init/error", report), "init error", None)

    async def open_stream(self, request_id: str) -> Connection:
        """A connection on which a streaming response has been begun; the caller writes chunks."""
        try:
            connection = await Connection.open(self._api, send_buffer=_STREAM_BUFFER)
        except OSError as error:
            raise RuntimeApiGone(f"the Runtime API at {self._api} refuses connections: {error}") from error
        path = f"{_BASE}/invocation/{request_id}/response"
        connection.writer.write(request_head("POST", path, self._api, _STREAM_HEADERS))
        return connection

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    async def _post_error(self, path: str, report: ErrorReport) -> Reply:
        headers = (
            ("Content-Type", "application/vnd.aws.lambda.error+json"),
            ("Lambda-Runtime-Function-Error-Type", report.kind),
        )
        return await self._exchange("POST", path, headers=headers, body=report.payload())

    async def _exchange(self, method: str, path: str, *, headers: tuple[Header, ...] = (), body: bytes = b"") -> Reply:
        length = (("Content-Length", str(len(body))),) if method == "POST" else ()
        head = request_head(method, _BASE + path, self._api, (*headers, *length))
        try:
            reply = await self._try_twice(head, body)
        except (OSError, EOFError, ValueError) as error:  # IncompleteReadError is an EOFError
            self.close()
            raise RuntimeApiGone(f"{method} {path} failed: {type(error).__name__}: {error}") from error
        except asyncio.CancelledError:
            self.close()  # a reply may still arrive on it, for nobody
            raise
        if not reply.keeps_alive:
            self.close()
        return reply

    async def _try_twice(self, head: bytes, body: bytes) -> Reply:
        """A kept connection may have been closed while it lay idle: then, and only then, try again on a new one."""
        if self._connection is not None:
            try:
                return await self._connection.exchange(head, body)
            except asyncio.IncompleteReadError as error:
                if error.partial:
                    raise
            except ConnectionError:
                pass
            self.close()
        self._connection = await Connection.open(self._api)
        return await self._connection.exchange(head, body)


def _check(reply: Reply, what: str, request_id: str | None) -> None:
    """A 4xx (e.g. 413, too large) has been told to the caller by Lambda itself; a 5xx means that we must exit."""
    if reply.status >= 500:
        raise RuntimeApiGone(f"the Runtime API answered {reply.status} to the {what}")
    if reply.status >= 300:
        detail = reply.body[:500].decode("utf-8", "replace")
        log.event("ERROR", "answer_refused", request_id=request_id, what=what, status=reply.status, detail=detail)
