"""Cohere's rerank endpoint as its API reference describes it, on a port of this machine."""

import json
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self

KEY = "a-key"

Score = Callable[[str, str], float]


@dataclass(frozen=True)
class Reply:
    """Status, body (bytes as they are, anything else as JSON) and headers of one answer, sent after `delay_s`."""

    status: int
    body: Any
    headers: Mapping[str, str] = field(default_factory=dict)
    delay_s: float = 0.0


class CohereServer:
    """Ranks by `score`, or gives `replies` first, one a request. `requests` keeps the bodies that came in."""

    def __init__(self, *replies: Reply, score: Score = lambda query, document: 0.5) -> None:
        self.replies = list(replies)
        self.score = score
        self.requests: list[dict[str, Any]] = []
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        return self

    def __exit__(self, *error: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    def answer(self, path: str, headers: Mapping[str, str], body: dict[str, Any]) -> Reply:
        """What the service says to a request."""
        if path != "/v2/rerank":
            return Reply(404, {"message": "the requested resource was not found"})
        if headers.get("Authorization") != f"Bearer {KEY}":
            return Reply(401, {"id": "e1", "message": "invalid api token"})
        if not isinstance(body.get("model"), str) or not body.get("documents"):
            return Reply(400, {"id": "e2", "message": "invalid request: at least one document is required"})
        ranked = sorted(
            (
                {"index": n, "relevance_score": self.score(body["query"], text)}
                for n, text in enumerate(body["documents"])
            ),
            key=lambda result: -result["relevance_score"],
        )
        meta = {"api_version": {"version": "2"}, "billed_units": {"search_units": 1}}
        return Reply(200, {"id": "07734bd2", "results": ranked[: body.get("top_n")], "meta": meta})

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        server = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                server.requests.append(body)
                reply = server.replies.pop(0) if server.replies else server.answer(self.path, self.headers, body)
                time.sleep(reply.delay_s)
                content = reply.body if isinstance(reply.body, bytes) else json.dumps(reply.body).encode()
                self.send_response(reply.status)
                for name, value in {"Content-Type": "application/json", **reply.headers}.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(content)))
                self.send_header("Connection", "close")  # a client lives as long as its process: nothing closes it
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, format: str, *args: object) -> None:
                pass

        return Handler
