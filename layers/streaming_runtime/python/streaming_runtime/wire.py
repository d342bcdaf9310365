"""As much HTTP/1.1 as the Runtime API needs: requests out, replies in, over asyncio streams."""

import asyncio
import socket
from collections.abc import Iterable
from dataclasses import dataclass

_READ_LIMIT = 1 << 20  # also the longest header block
Header = tuple[str, str]


@dataclass(frozen=True)
class Reply:
    """A response; header names are lower case."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def keeps_alive(self) -> bool:
        return self.headers.get("connection", "").lower() != "close"


class Connection:
    """One TCP connection to the Runtime API."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer

    @classmethod
    async def open(cls, api: str, *, send_buffer: int | None = None) -> "Connection":
        """`api` is host:port. `send_buffer` bounds, in bytes, what waits in the kernel and again in this process."""
        host, _, port = api.rpartition(":")
        reader, writer = await asyncio.open_connection(host or api, int(port) if host else 80, limit=_READ_LIMIT)
        if send_buffer:
            writer.transport.set_write_buffer_limits(high=send_buffer)
            sock = writer.get_extra_info("socket")
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, send_buffer)
        return cls(reader, writer)

    async def exchange(self, head: bytes, body: bytes = b"") -> Reply:
        """Send a whole request, read the whole reply."""
        self.writer.write(head + body)
        await self.writer.drain()
        return await read_reply(self.reader)

    def close(self) -> None:
        self.writer.close()


def request_head(method: str, path: str, host: str, headers: Iterable[Header]) -> bytes:
    lines = [f"{method} {path} HTTP/1.1", f"Host: {host}", "User-Agent: streaming-runtime/1.0"]
    lines += [f"{name}: {value}" for name, value in headers]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")


async def read_reply(reader: asyncio.StreamReader) -> Reply:
    """Raises IncompleteReadError when the peer closes early, ValueError when it does not speak HTTP."""
    status_line, *lines = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
    pairs = (line.partition(":") for line in lines if line)
    headers = {name.strip().lower(): value.strip() for name, _, value in pairs}
    status = int(status_line.split(None, 2)[1])
    if "chunked" in headers.get("transfer-encoding", "").lower():
        return Reply(status, headers, await _read_chunked(reader))
    return Reply(status, headers, await reader.readexactly(int(headers.get("content-length") or 0)))


async def _read_chunked(reader: asyncio.StreamReader) -> bytes:
    parts: list[bytes] = []
    while size := int((await reader.readuntil(b"\r\n")).split(b";")[0], 16):
        parts.append(await reader.readexactly(size))
        await reader.readexactly(2)
    while await reader.readuntil(b"\r\n") != b"\r\n":
        pass  # trailers of a reply mean nothing to us
    return b"".join(parts)
