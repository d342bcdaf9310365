"""As much of HTTP/1.1 as the Runtime API needs, on a blocking socket.

`http.server` parses headers with the e-mail package and hides the trailers of a chunked body; an invocation takes
several requests, so both matter.
"""

import socket
import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus

MAX_HEAD = 64 * 1024
READ_SIZE = 64 * 1024


class ProtocolError(Exception):
    """The peer sent something that is not HTTP/1.1, or ended in the middle of a message."""


@dataclass(frozen=True, slots=True)
class RequestHead:
    """Request line and headers; header names in lower case."""

    method: str
    path: str
    headers: Mapping[str, str]


@dataclass(slots=True)
class Connection:
    """The server's end of one connection; for one thread, save `reset`.

    trailers: the trailers of the last chunked body, names in lower case.
    """

    socket: socket.socket
    trailers: dict[str, str] = field(default_factory=dict)
    buffer: bytearray = field(default_factory=bytearray)

    def read_head(self) -> RequestHead | None:
        """The next request, None when the peer closed the connection between two requests.

        Raises ProtocolError, OSError.
        """
        while (end := self.buffer.find(b"\r\n\r\n")) < 0:
            if len(self.buffer) > MAX_HEAD:
                raise ProtocolError("the head of the request is too long")
            if not self._fill():
                if self.buffer:
                    raise ProtocolError("the connection ended in the head of a request")
                return None
        lines = bytes(self.buffer[:end]).decode("latin-1").split("\r\n")
        del self.buffer[: end + 4]
        try:
            method, path, _ = lines[0].split(" ")
        except ValueError as error:
            raise ProtocolError(f"not a request line: {lines[0]!r}") from error
        return RequestHead(method, path, dict(map(_header, lines[1:])))

    def read_body(self, head: RequestHead) -> Iterator[bytes]:
        """The body of the request, piece by piece as it arrives.

        Raises ProtocolError when it ends too early, OSError.
        """
        if "chunked" in head.headers.get("transfer-encoding", "").lower():
            yield from self._chunked_body()
            return
        if "100-continue" in head.headers.get("expect", "").lower():
            self.socket.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
        yield from self._exactly(int(head.headers.get("content-length") or 0))

    def reply(self, status: HTTPStatus, body: bytes, headers: Mapping[str, str]) -> None:
        """Send a whole response. Raises OSError."""
        lines = [f"HTTP/1.1 {status.value} {status.phrase}", f"Content-Length: {len(body)}"]
        lines += [f"{name}: {value}" for name, value in headers.items()]
        self.socket.sendall("\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + body)

    def wake_reader(self) -> None:
        """Make a blocked read return, from any thread, and let the following `close` reset the connection.

        With a reset, and not an orderly end, already the peer's next write fails.
        """
        try:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.socket.shutdown(socket.SHUT_RD)
        except OSError:
            return  # already closed by its own thread or by the peer: nothing is left to wake

    def close(self) -> None:
        self.socket.close()

    def _fill(self) -> bool:
        data = self.socket.recv(READ_SIZE)
        self.buffer += data
        return bool(data)

    def _exactly(self, size: int) -> Iterator[bytes]:
        while size:
            if not self.buffer and not self._fill():
                raise ProtocolError("the connection ended in the body of a request")
            piece = bytes(self.buffer[:size])
            del self.buffer[: len(piece)]
            size -= len(piece)
            yield piece

    def _line(self) -> bytes:
        while (end := self.buffer.find(b"\r\n")) < 0:
            if len(self.buffer) > 2 * 1024 * 1024:  # an error body travels in one trailer
                raise ProtocolError("a line of the body is too long")
            if not self._fill():
                raise ProtocolError("the connection ended in the body of a request")
        line = bytes(self.buffer[:end])
        del self.buffer[: end + 2]
        return line

    def _chunked_body(self) -> Iterator[bytes]:
        self.trailers = {}
        while True:
            line = self._line()
            try:
                size = int(line.split(b";")[0], 16)
            except ValueError as error:
                raise ProtocolError(f"not a chunk size: {line!r}") from error
            if size == 0:
                break
            yield from self._exactly(size)
            self._line()
        while line := self._line():
            name, value = _header(line.decode("latin-1"))
            self.trailers[name] = value


def _header(line: str) -> tuple[str, str]:
    name, _, value = line.partition(":")
    return name.strip().lower(), value.strip()
