"""What LangSmith gets to know: nothing by default, runs when that is switched on, content only on request."""

import gzip
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from docqa.config import Settings
from tests.fakes.agents import answerer, done_of, events_of, question
from tests.fakes.answering import make_hit

BATCHES = {
    "use_multipart_endpoint": True,
    "scale_up_qsize_trigger": 1000,
    "scale_up_nthreads_limit": 1,
    "scale_down_nempty_trigger": 4,
    "size_limit": 100,
    "size_limit_bytes": 20_971_520,
}
HIT = make_hit("The ferry leaves the harbour at 9:15 in the morning.")
ASKED = "When does the ferry leave the harbour?"


class Received:
    """Everything that was sent, as text."""

    def __init__(self) -> None:
        self.bodies: list[bytes] = []

    @property
    def text(self) -> str:
        return b" ".join(self.bodies).decode("utf-8", "replace")


@pytest.fixture
def received() -> Iterator[tuple[Received, str]]:
    found = Received()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self._body()
            found.bodies.append(gzip.decompress(body) if self.headers.get("Content-Encoding") == "gzip" else body)
            self._answer()

        do_PATCH = do_POST

        def _body(self) -> bytes:
            if self.headers.get("Transfer-Encoding") != "chunked":
                return self.rfile.read(int(self.headers.get("Content-Length") or 0))
            body = b""
            while size := int(self.rfile.readline(), 16):
                body += self.rfile.read(size)
                self.rfile.readline()
            self.rfile.readline()
            return body

        def do_GET(self) -> None:
            self._answer()

        def _answer(self) -> None:
            body = json.dumps({"batch_ingest_config": BATCHES}).encode()
            self.send_response(202 if self.command != "GET" else 200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    yield found, f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()


def ask(url: str, setting: str, key: str = "a-key") -> None:
    settings = Settings(langsmith=setting, langsmith_url=url)  # type: ignore[arg-type]
    made = answerer([HIT], settings=settings, langsmith_key=key)
    assert done_of(events_of(made, question(ASKED))).grounded


def test_nothing_by_default_whatever_the_environment_says(
    received: tuple[Received, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    found, url = received
    monkeypatch.setenv("LANGSMITH_TRACING", "true")
    monkeypatch.setenv("LANGSMITH_ENDPOINT", url)
    monkeypatch.setenv("LANGSMITH_API_KEY", "a-key")
    ask(url, "off")
    ask(url, "runs", key="")
    assert found.bodies == []


def test_runs_without_what_was_said(received: tuple[Received, str]) -> None:
    found, url = received
    ask(url, "runs")
    assert "retrieve" in found.text
    assert "verify" in found.text
    assert "ferry" not in found.text.casefold()
    assert "harbour" not in found.text.casefold()


def test_what_was_said_on_request(received: tuple[Received, str]) -> None:
    found, url = received
    ask(url, "content")
    assert "harbour" in found.text
