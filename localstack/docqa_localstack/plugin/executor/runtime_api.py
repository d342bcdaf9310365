"""The AWS Lambda Runtime API (version 2018-06-01), served to one process.

https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html, and for streamed answers
https://docs.aws.amazon.com/lambda/latest/dg/runtimes-custom.html#runtimes-custom-response-streaming

Each process has a server, and so a port, of its own: a process that is ended can never take or answer an invocation
that is meant for its successor.
"""

import base64
import binascii
import contextlib
import json
import logging
import queue
import socket
import threading
from collections.abc import Callable
from concurrent.futures import Future, InvalidStateError, wait
from http import HTTPStatus

from docqa_localstack.plugin.executor.http import Connection, ProtocolError, RequestHead
from docqa_localstack.plugin.executor.invocation import Outcome, PendingInvocation, error_body, platform_error
from docqa_localstack.plugin.executor.stream import ClientGoneError

LOG = logging.getLogger(__name__)
RUNTIME = "/2018-06-01/runtime/"
JSON_TYPE = {"Content-Type": "application/json"}
ACCEPTED = b'{"status":"OK"}'


class InitError(Exception):
    """The process did not become ready; body: its error, or Lambda's, as JSON."""

    def __init__(self, body: bytes) -> None:
        super().__init__(body.decode("utf-8", "replace"))
        self.body = body


class RuntimeApi:
    """One process's server. `initialized` is done when the process first asks for an invocation.

    address: value of AWS_LAMBDA_RUNTIME_API.
    max_payload: bytes of the largest answer that is not streamed.
    on_idle: called whenever the process asks for its next invocation, from the thread that serves it.
    """

    def __init__(self, max_payload: int, on_idle: Callable[[], None]) -> None:
        self.initialized: Future[None] = Future()
        self.max_payload = max_payload
        self.idle = False
        self._on_idle = on_idle
        self._current: PendingInvocation | None = None
        self._submitted: queue.SimpleQueue[PendingInvocation | None] = queue.SimpleQueue()
        self._closed = False
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=16)
        port = self._listener.getsockname()[1]
        self.address = f"127.0.0.1:{port}"
        threading.Thread(target=self._accept, name=f"runtime-api-{port}", daemon=True).start()

    # for the executor

    def submit(self, invocation: PendingInvocation) -> None:
        """Hand over an invocation; a process that is still busy takes it when it asks for the next one."""
        self.idle = False
        self._submitted.put(invocation)

    def fail_init(self, body: bytes) -> None:
        """The process cannot become ready any more; ignored when it already is, or has told why itself."""
        with contextlib.suppress(InvalidStateError):
            self.initialized.set_exception(InitError(body))

    def unanswered(self) -> list[PendingInvocation]:
        """Invocations that are lost when the process ends now."""
        lost = [self._current] if self._current else []
        while True:
            try:
                invocation = self._submitted.get_nowait()
            except queue.Empty:
                return [invocation for invocation in lost if not invocation.outcome.done()]
            if invocation is not None:
                lost.append(invocation)

    def close(self) -> None:
        if self._closed:
            return
        self._closed = True
        self._submitted.put(None)
        try:
            self._listener.shutdown(socket.SHUT_RDWR)  # wakes the thread in accept()
        except OSError as error:
            LOG.debug("closing the Runtime API at %s: %s", self.address, error)
        self._listener.close()

    # connections

    def _accept(self) -> None:
        while not self._closed:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return  # closed
            client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            threading.Thread(
                target=self._serve, args=(Connection(client),), name=f"runtime-api-{self.address}", daemon=True
            ).start()

    def _serve(self, connection: Connection) -> None:
        try:
            while (head := connection.read_head()) is not None:
                if not self._answer(connection, head) or head.headers.get("connection", "").lower() == "close":
                    return
        except (OSError, ProtocolError) as error:
            LOG.debug("a connection to the Runtime API at %s ended: %s", self.address, error)
        finally:
            connection.close()

    def _answer(self, connection: Connection, head: RequestHead) -> bool:
        """Serve one request; False: close the connection."""
        route = head.path.removeprefix(RUNTIME)
        if (head.method, route) == ("GET", "invocation/next"):
            return self._next(connection)
        if (head.method, route) == ("POST", "init/error"):
            self.fail_init(b"".join(connection.read_body(head)))
            connection.reply(HTTPStatus.ACCEPTED, ACCEPTED, JSON_TYPE)
            return True
        kind, _, rest = route.partition("/")
        request_id, _, what = rest.partition("/")
        if head.method != "POST" or kind != "invocation" or what not in ("response", "error"):
            self._refuse(connection, head, HTTPStatus.NOT_FOUND, "NotFound", head.path)
            return True
        invocation = self._current
        if invocation is None or invocation.request_id != request_id or invocation.outcome.done():
            message = f"Invalid request ID {request_id}"
            self._refuse(connection, head, HTTPStatus.BAD_REQUEST, "InvalidRequestID", message)
            return True
        if what == "error":
            invocation.resolve(Outcome(b"".join(connection.read_body(head)), is_error=True))
            connection.reply(HTTPStatus.ACCEPTED, ACCEPTED, JSON_TYPE)
            return True
        if head.headers.get("lambda-runtime-function-response-mode", "").lower() == "streaming":
            return self._streamed_response(connection, head, invocation)
        self._whole_response(connection, head, invocation)
        return True

    def _refuse(
        self, connection: Connection, head: RequestHead, status: HTTPStatus, error_type: str, message: str
    ) -> None:
        for _ in connection.read_body(head):
            pass
        connection.reply(status, error_body(error_type, message), JSON_TYPE)

    # requests

    def _next(self, connection: Connection) -> bool:
        previous, self._current = self._current, None
        if previous is not None:
            self._settle(previous)
        if self._submitted.empty():
            self.idle = True
            self._on_idle()
        with contextlib.suppress(InvalidStateError):  # done before, or stopped while it started
            self.initialized.set_result(None)
        invocation = self._submitted.get()
        if invocation is None:
            self._submitted.put(None)  # for other connections of this process
            return False
        self.idle = False
        self._current = invocation
        invocation.take()
        headers = {
            **JSON_TYPE,
            "Lambda-Runtime-Aws-Request-Id": invocation.request_id,
            "Lambda-Runtime-Deadline-Ms": str(int(invocation.deadline * 1000)),
            "Lambda-Runtime-Invoked-Function-Arn": invocation.arn,
            "Lambda-Runtime-Trace-Id": invocation.trace_id,
        }
        if invocation.client_context:
            headers["Lambda-Runtime-Client-Context"] = invocation.client_context
        connection.reply(HTTPStatus.OK, invocation.payload, headers)
        return True

    @staticmethod
    def _settle(invocation: PendingInvocation) -> None:
        """The runtime asks for the next invocation: this one is over, whatever it has said about it."""
        if invocation.stream and invocation.stream.cancelled:
            invocation.resolve(Outcome(b""))  # its client has gone, and it has noticed
            return
        invocation.resolve(
            platform_error("Runtime.NoResponse", invocation.request_id, "the runtime went on without an answer")
        )

    def _whole_response(self, connection: Connection, head: RequestHead, invocation: PendingInvocation) -> None:
        body = b"".join(connection.read_body(head))
        if len(body) <= self.max_payload:
            invocation.resolve(Outcome(body))
            connection.reply(HTTPStatus.ACCEPTED, ACCEPTED, JSON_TYPE)
            return
        message = f"Response payload size exceeded maximum allowed payload size ({self.max_payload} bytes)."
        error = error_body("Function.ResponseSizeTooLarge", message)
        invocation.resolve(Outcome(error, is_error=True))
        connection.reply(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, error, JSON_TYPE)

    def _streamed_response(self, connection: Connection, head: RequestHead, invocation: PendingInvocation) -> bool:
        """Pass the body on piece by piece. Returns False, so that the connection is reset, if the client has gone.

        AWS lets a function run on when its client disconnects, without a sign, until a write fails. Here the
        connection is reset as soon as the client has gone: a runtime that waits for the connection's end knows at
        once, every other with its next write, and can turn to its next invocation.
        """
        stream = invocation.stream
        collected: list[bytes] = []
        try:
            if stream:
                stream.start(head.headers.get("content-type", ""), connection.wake_reader)
            for data in connection.read_body(head):
                if stream:
                    stream.write(data)
                else:
                    collected.append(data)
        except ClientGoneError:
            connection.wake_reader()
            return False
        except (OSError, ProtocolError):
            if not (stream and stream.cancelled):
                self._truncated(invocation)
            raise
        error = trailer_error(connection.trailers)
        if stream:
            stream.end(error)
        invocation.resolve(Outcome(b"".join(collected)) if error is None else Outcome(error, is_error=True))
        connection.reply(HTTPStatus.ACCEPTED, ACCEPTED, JSON_TYPE)
        return True

    def _truncated(self, invocation: PendingInvocation) -> None:
        """The body ended too early. When the process has ended, its end is the reason, and comes within a moment."""
        wait([invocation.outcome], timeout=0.5)
        outcome = platform_error("Runtime.TruncatedResponse", invocation.request_id, "the response ended too early")
        if invocation.stream:
            invocation.stream.end(outcome.payload)
        invocation.resolve(outcome)


def trailer_error(trailers: dict[str, str]) -> bytes | None:
    """The error body that a streamed response brings in its trailers (base64), None if it brings none."""
    error_type = trailers.get("lambda-runtime-function-error-type")
    if not error_type:
        return None
    encoded = trailers.get("lambda-runtime-function-error-body", "")
    try:
        body = base64.b64decode(encoded, validate=True)
        json.loads(body)
    except (binascii.Error, ValueError):
        return error_body(error_type, encoded)
    return body
