"""The Lambda Runtime API (2018-06-01) as a test sees it: real sockets, nothing read before the test reads it.

A streamed response is handed to the test as an open connection: as long as the test does not read, the runtime cannot
send (backpressure), and when the test closes it, the client has gone.
"""

import base64
import json
import queue
import socket
import threading
import time
import uuid
from dataclasses import dataclass, field
from io import BufferedReader
from typing import Any

TIMEOUT = 30.0
BASE = "/2018-06-01/runtime/"
NULS = b"\0" * 8


def _read_head(file: BufferedReader) -> tuple[str, dict[str, str]]:
    first = file.readline().decode("latin-1").rstrip("\r\n")
    return first, _read_headers(file) if first else {}


def _read_headers(file: BufferedReader) -> dict[str, str]:
    headers: dict[str, str] = {}
    while (line := file.readline()) not in (b"\r\n", b""):
        name, _, value = line.decode("latin-1").partition(":")
        headers[name.strip().lower()] = value.strip()
    return headers


def _reply(sock: socket.socket, status: int, body: bytes, headers: dict[str, str] | None = None) -> None:
    lines = [f"HTTP/1.1 {status} X", f"Content-Length: {len(body)}"]
    lines += [f"{name}: {value}" for name, value in (headers or {}).items()]
    sock.sendall("\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + body)


class Stream:
    """A streaming response; every method reads from the socket."""

    def __init__(self, sock: socket.socket, file: BufferedReader, headers: dict[str, str]) -> None:
        self._sock = sock
        self._file = file
        self._left = b""
        self.headers = headers
        self.trailers: dict[str, str] | None = None

    def chunk(self) -> bytes | None:
        """The next HTTP chunk; None at the end, which is acknowledged with 202."""
        if self._left:
            left, self._left = self._left, b""
            return left
        line = self._file.readline()
        assert line, "the runtime closed the stream without ending it"
        size = int(line, 16)
        if size == 0:
            self.trailers = _read_headers(self._file)
            _reply(self._sock, 202, b"")
            assert self._file.read() == b"", "the runtime must close the connection after the response"
            self.close()
            return None
        data = self._file.read(size)
        assert self._file.read(2) == b"\r\n"
        return data

    def prelude(self) -> dict[str, Any]:
        data = b""
        while NULS not in data:
            chunk = self.chunk()
            assert chunk is not None, f"the stream ended within the prelude: {data!r}"
            data += chunk
        head, _, self._left = data.partition(NULS)
        prelude: dict[str, Any] = json.loads(head)
        return prelude

    def rest(self) -> bytes:
        parts = []
        while (chunk := self.chunk()) is not None:
            parts.append(chunk)
        return b"".join(parts)

    def status(self) -> int:
        """The status code; reads the response to its end."""
        status: int = self.prelude()["statusCode"]
        self.rest()
        return status

    def error(self) -> dict[str, Any]:
        """The decoded error trailer, after the end."""
        assert self.trailers is not None
        error: dict[str, Any] = json.loads(base64.b64decode(self.trailers["lambda-runtime-function-error-body"]))
        return error

    def refuse(self, status: int) -> None:
        """Answer before the end and read no further; the connection stays open."""
        _reply(self._sock, status, b"{}")

    def close(self) -> None:
        """What a client that goes away looks like."""
        self._file.close()
        self._sock.close()


@dataclass
class Answer:
    """How an invocation was answered: kind is response, error or stream."""

    kind: str
    headers: dict[str, str]
    body: bytes = b""
    open_stream: Stream | None = None

    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def stream(self) -> Stream:
        assert self.open_stream is not None, f"answered with {self.kind}: {self.body!r}"
        return self.open_stream


@dataclass
class Invocation:
    payload: bytes
    headers: dict[str, str]
    request_id: str
    answers: "queue.Queue[Answer]" = field(default_factory=queue.Queue)

    def answer(self) -> Answer:
        return self.answers.get(timeout=TIMEOUT)

    def stream(self) -> Stream:
        return self.answer().stream


class RuntimeApi:
    """One environment's Runtime API. `polls` gets an item whenever the runtime asks for the next invocation."""

    def __init__(self) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.address = f"127.0.0.1:{self._listener.getsockname()[1]}"
        self._pending: queue.Queue[Invocation | None] = queue.Queue()
        self._known: dict[str, Invocation] = {}
        self._sockets: list[socket.socket] = []
        self.polls: queue.Queue[int] = queue.Queue()
        self.init_errors: queue.Queue[Answer] = queue.Queue()
        self.connections = 0
        self.next_status = 200
        self.close_after_next = False
        threading.Thread(target=self._accept, daemon=True).start()

    def submit(self, event: Any, **headers: str) -> Invocation:
        """`headers`: more Lambda-Runtime-* headers, e.g. Trace_Id=…"""
        request_id = str(uuid.uuid4())
        payload = event if isinstance(event, bytes) else json.dumps(event).encode()
        all_headers = {
            "Lambda-Runtime-Aws-Request-Id": request_id,
            "Lambda-Runtime-Deadline-Ms": str(int(time.time() * 1000) + 60_000),
            "Lambda-Runtime-Invoked-Function-Arn": "arn:aws:lambda:eu-central-1:111122223333:function:shop",
            **{f"Lambda-Runtime-{name.replace('_', '-')}": value for name, value in headers.items()},
        }
        invocation = Invocation(payload, all_headers, request_id)
        self._known[request_id] = invocation
        self._pending.put(invocation)
        return invocation

    def wait_for_poll(self) -> None:
        """Returns when the runtime asks for an invocation once more."""
        self.polls.get(timeout=TIMEOUT)

    def close(self) -> None:
        self._pending.put(None)
        for sock in [self._listener, *self._sockets]:
            sock.close()

    def _accept(self) -> None:
        while True:
            try:
                sock, _ = self._listener.accept()
            except OSError:
                return  # closed
            sock.settimeout(TIMEOUT)
            self._sockets.append(sock)
            self.connections += 1
            threading.Thread(target=self._serve, args=(sock, self.connections), daemon=True).start()

    def _serve(self, sock: socket.socket, number: int) -> None:
        file = sock.makefile("rb")
        try:
            while self._one(sock, file, number):
                pass
        except OSError:
            sock.close()  # the runtime was ended by the test

    def _one(self, sock: socket.socket, file: BufferedReader, number: int) -> bool:
        """Serve one request; False when the connection is done or belongs to the test."""
        first, headers = _read_head(file)
        if not first:
            sock.close()
            return False
        method, path, _ = first.split(" ")
        if (method, path) == ("GET", BASE + "invocation/next"):
            return self._next(sock, number)
        if headers.get("lambda-runtime-function-response-mode") == "streaming":
            invocation = self._known[path.split("/")[-2]]
            invocation.answers.put(Answer("stream", headers, open_stream=Stream(sock, file, headers)))
            return False
        answer = Answer(path.rpartition("/")[2], headers, file.read(int(headers["content-length"])))
        if path == BASE + "init/error":
            self.init_errors.put(answer)
        else:
            self._known[path.split("/")[-2]].answers.put(answer)
        _reply(sock, 202, b'{"status":"OK"}')
        return True

    def _next(self, sock: socket.socket, number: int) -> bool:
        self.polls.put(number)
        if self.next_status != 200:
            _reply(sock, self.next_status, b"{}")
            return True
        invocation = self._pending.get()
        if invocation is None:
            sock.close()
            return False
        _reply(sock, 200, invocation.payload, invocation.headers)
        if self.close_after_next:
            sock.close()
            return False
        return True
