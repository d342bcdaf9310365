"""A user of the deployed stack, over HTTP only, and a view of the machinery below it."""

import json
import os
import signal
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import boto3
import httpx
from botocore.config import Config

from docqa_cli.sse import Event, parse
from docqa_localstack.host import status
from docqa_localstack.host.paths import StackPaths

SAMPLES = Path(__file__).resolve().parents[2] / "samples"
READY_WITHIN_S = 120.0
TIMEOUT = httpx.Timeout(60.0)


@dataclass(frozen=True)
class Stack:
    """Where the deployed stack answers, and clients for what it is made of."""

    paths: StackPaths
    api_url: str
    stream_url: str
    aws_url: str

    @classmethod
    def of(cls, paths: StackPaths) -> "Stack":
        found = status.status(paths)
        aws_url = f"http://127.0.0.1:{found['services']['localstack']['port']}"
        return cls(paths, found["api_url"], found["stream_url"], aws_url)

    @property
    def roads(self) -> dict[str, str]:
        """Both addresses of the stream function."""
        return {"function_url": self.stream_url, "api_gateway": self.api_url}

    @cached_property
    def outputs(self) -> dict[str, str]:
        (values,) = json.loads(self.paths.outputs_file.read_text()).values()
        return dict(values)

    def client(self, service: str) -> Any:
        return boto3.client(
            service,
            endpoint_url=self.aws_url,
            region_name="us-east-1",
            aws_access_key_id="test",
            aws_secret_access_key="test",
            config=Config(retries={"total_max_attempts": 1}, s3={"addressing_style": "path"}, read_timeout=120),
        )

    def environments(self, function: str) -> list[int]:
        """Process ids of the function's execution environments."""
        found = []
        for folder in Path("/proc").iterdir():
            if folder.name.isdigit() and self._runs(folder, function):
                found.append(int(folder.name))
        return found

    def _runs(self, process: Path, function: str) -> bool:
        try:
            environment = (process / "environ").read_bytes().split(b"\0")
        except (OSError, ValueError):
            return False
        mine = f"AWS_LAMBDA_FUNCTION_NAME={function}".encode() in environment
        return mine and any(str(self.paths.root).encode() in entry for entry in environment)

    def kill(self, function: str) -> int:
        """SIGKILL every environment of a function; how many there were."""
        pids = self.environments(function)
        for pid in pids:
            os.kill(pid, signal.SIGKILL)
        return len(pids)


@dataclass
class User:
    """Somebody with an account."""

    stack: Stack
    email: str
    password: str
    token: str
    http: httpx.Client = field(default_factory=lambda: httpx.Client(timeout=TIMEOUT))

    @classmethod
    def register(cls, stack: Stack, *, email: str | None = None, invitation: str | None = None) -> "User":
        """Alone, or by invitation in the tenant of somebody else."""
        email, password = email or f"{uuid.uuid4().hex[:12]}@example.org", uuid.uuid4().hex
        body = {"email": email, "password": password, "invitation": invitation}
        answer = httpx.post(f"{stack.api_url}/api/v1/auth/register", json=body, timeout=TIMEOUT)
        assert answer.status_code == 201, answer.text
        return cls(stack, email, password, answer.json()["access_token"])

    def __enter__(self) -> "User":
        return self

    def __exit__(self, *error: object) -> None:
        self.http.close()

    @property
    def headers(self) -> dict[str, str]:
        return {"authorization": f"Bearer {self.token}"}

    def call(self, method: str, path: str, body: Any = None) -> httpx.Response:
        return self.http.request(method, f"{self.stack.api_url}/api/v1/{path}", json=body, headers=self.headers)

    # -- documents -----------------------------------------------------------------------------------

    def announce(self, filename: str, size: int, **more: object) -> httpx.Response:
        return self.call("POST", "documents", {"filename": filename, "size": size, **more})

    def upload(self, filename: str, data: bytes, **more: object) -> str:
        """Announce and send; the document's id. `more`: fields of the announcement."""
        created = self.announce(filename, len(data), **more)
        assert created.status_code == 201, created.text
        sent = self.send(created.json()["upload"], data)
        assert sent.status_code < 300, sent.text
        return str(created.json()["document_id"])

    def send(self, form: dict[str, Any], data: bytes) -> httpx.Response:
        return self.http.post(form["url"], data=form["fields"], files={"file": ("upload", data)})

    def upload_sample(self, name: str) -> str:
        return self.upload(name, (SAMPLES / "documents" / name).read_bytes())

    def document(self, document_id: str) -> dict[str, Any]:
        answer = self.call("GET", f"documents/{document_id}")
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    def until(self, document_id: str, *statuses: str, within_s: float = READY_WITHIN_S) -> dict[str, Any]:
        """Follow a document until it has one of the statuses; fails with its state when it takes too long."""
        deadline = time.monotonic() + within_s
        while True:
            document = self.document(document_id)
            if document["status"] in statuses:
                return document
            assert time.monotonic() < deadline, document
            time.sleep(0.2)

    def ready(self, filename: str, data: bytes) -> dict[str, Any]:
        """Upload and wait; the document."""
        document = self.until(self.upload(filename, data), "ready", "failed")
        assert document["status"] == "ready", document
        return document

    # -- questions -----------------------------------------------------------------------------------

    def search(self, query: str, **options: Any) -> list[dict[str, Any]]:
        answer = self.call("POST", "search", {"query": query, **options})
        assert answer.status_code == 200, answer.text
        return list(answer.json()["hits"])

    def ask(self, question: str, *, road: str = "function_url", **options: Any) -> dict[str, Any]:
        """The body of the `done` event."""
        events = [event for event, _ in self.stream(question, road=road, **options)]
        assert events[-1].name == "done", events[-1]
        return events[-1].data

    def stream(self, question: str, *, road: str = "function_url", **options: Any) -> Iterator[tuple[Event, float]]:
        """Events with the second at which each arrived, counted from the request."""
        start = time.perf_counter()
        url = f"{self.stack.roads[road]}/api/v1/ask/stream"
        body = {"question": question, **options}
        with self.http.stream("POST", url, json=body, headers=self.headers) as answer:
            if answer.status_code != 200:
                answer.read()
            assert answer.status_code == 200, answer.text
            for event in parse(answer.iter_lines()):
                yield event, time.perf_counter() - start


def error_of(answer: httpx.Response) -> dict[str, Any]:
    """The error of a refusal, in the one shape that all have."""
    body = answer.json()
    assert set(body) == {"error"}, body
    assert set(body["error"]) == {"code", "message", "retryable", "request_id"}, body
    return dict(body["error"])
