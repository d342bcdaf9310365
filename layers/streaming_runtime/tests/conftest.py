"""Fixtures: the Runtime API, gates, and the runtime as Lambda starts it: by the wrapper, in a process of its own."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

HERE = Path(__file__).parent
LAYER = HERE.parent
sys.path[:0] = [str(HERE), str(LAYER / "python")]

from gates import Gates  # noqa: E402
from lambda_runtime_api import TIMEOUT, RuntimeApi  # noqa: E402
from processes import Process, Start  # noqa: E402


@pytest.fixture
def api() -> Iterator[RuntimeApi]:
    server = RuntimeApi()
    yield server
    server.close()


@pytest.fixture
def gates() -> Iterator[Gates]:
    server = Gates()
    yield server
    server.close()


@pytest.fixture
def start(api: RuntimeApi, gates: Gates) -> Iterator[Start]:
    """start(handler, **environment) → Process."""
    started: list[subprocess.Popen[str]] = []

    def start_runtime(handler: str, **environment: str) -> Process:
        env = {
            "PATH": os.environ["PATH"],
            "AWS_LAMBDA_RUNTIME_API": api.address,
            "AWS_LAMBDA_FUNCTION_NAME": "shop",
            "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
            "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "512",
            "AWS_LAMBDA_LOG_GROUP_NAME": "/aws/lambda/shop",
            "AWS_LAMBDA_LOG_STREAM_NAME": "2026/11/22/[$LATEST]abc",
            "LAMBDA_TASK_ROOT": str(HERE / "apps"),
            "_HANDLER": handler,
            "GATES_PORT": str(gates.port),
            **environment,
        }
        # Lambda passes the interpreter and its own client; the client must not be needed.
        command = [str(LAYER / "streaming-runtime"), sys.executable, "/var/runtime/bootstrap.py"]
        popen = subprocess.Popen(
            command, env=env, cwd=HERE / "apps", stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )
        started.append(popen)
        return Process(popen)

    yield start_runtime
    for popen in started:
        popen.kill()
        popen.communicate(timeout=TIMEOUT)


@pytest.fixture
def event() -> Callable[..., dict[str, Any]]:
    """event(name, path=…, method=…): a real payload from events/, aimed at another path."""

    def load(name: str, *, path: str | None = None, method: str | None = None) -> dict[str, Any]:
        payload: dict[str, Any] = json.loads((HERE / "events" / f"{name}.json").read_text())
        if payload.get("version") == "2.0":
            http = payload["requestContext"]["http"]
            payload["rawPath"] = http["path"] = path or payload["rawPath"]
            http["method"] = method or http["method"]
        else:
            if path:
                payload["path"], payload["pathParameters"] = path, {"proxy": path.lstrip("/")}
                payload["resource"] = "/{proxy+}"
                payload["requestContext"]["path"] = f"/{payload['requestContext']['stage']}{path}"
            payload["httpMethod"] = method or payload["httpMethod"]
        return payload

    return load
