"""A stack for the command: a real HTTP server with scripted answers, and a home of its own."""

import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

Answer = tuple[int, Any]


@dataclass
class Seen:
    """A request that arrived."""

    method: str
    path: str
    token: str | None
    body: bytes


@dataclass
class FakeStack:
    """`answers` by "METHOD path": one answer for ever, or a list of them, or a function of the request.

    An answer is a status and a body; dicts and lists go as JSON, text as it is.
    """

    url: str = ""
    answers: dict[str, Any] = field(default_factory=dict)
    seen: list[Seen] = field(default_factory=list)

    def take(self, request: Seen) -> Answer:
        self.seen.append(request)
        script = self.answers.get(f"{request.method} {request.path}", (404, error("not_found")))
        if callable(script):
            return script(request)
        return script.pop(0) if isinstance(script, list) else script

    def paths(self) -> list[str]:
        return [f"{request.method} {request.path}" for request in self.seen]


def error(code: str, message: str = "No.") -> dict[str, Any]:
    return {"error": {"code": code, "message": message, "retryable": False, "request_id": "r"}}


def handler_of(stack: FakeStack) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length") or 0))
            token = (self.headers.get("authorization") or "").removeprefix("Bearer ") or None
            status, content = stack.take(Seen(self.command, self.path, token, body))
            data = content.encode() if isinstance(content, str) else json.dumps(content).encode()
            self.send_response(status)
            self.send_header("content-length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = answer

        def log_message(self, format: str, *arguments: object) -> None:
            return

    return Handler


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """No stack, no login, nothing from the shell."""
    for name in ("DOCQA_API_URL", "DOCQA_STREAM_URL", "DOCQA_TOKEN", "DOCQA_STACK"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("DOCQA_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


@pytest.fixture
def make_stack() -> Iterator[Callable[[], FakeStack]]:
    servers: list[ThreadingHTTPServer] = []

    def make() -> FakeStack:
        stack = FakeStack()
        server = ThreadingHTTPServer(("127.0.0.1", 0), handler_of(stack))
        servers.append(server)
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        stack.url = f"http://127.0.0.1:{server.server_port}"
        return stack

    yield make
    for server in servers:
        server.shutdown()
        server.server_close()


@pytest.fixture
def stack(make_stack: Callable[[], FakeStack], monkeypatch: pytest.MonkeyPatch) -> FakeStack:
    """Another deployment than the local one, addressed by the environment, with a token."""
    made = make_stack()
    monkeypatch.setenv("DOCQA_API_URL", made.url)
    monkeypatch.setenv("DOCQA_TOKEN", "given")
    return made
