"""A real LocalStack in host mode with our plugin, and the few steps that its tests share.

The tests run in an interpreter of their own; LocalStack runs from ``<home>/envs/localstack`` and the functions from
``<home>/envs/lambda``, where <home> is $DOCQA_HOME or ``<repository>/.docqa``.
"""

import base64
import io
import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
import uuid
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config

REPOSITORY = Path(__file__).resolve().parents[2]
HOME = Path(os.environ.get("DOCQA_HOME") or REPOSITORY / ".docqa")
LOCALSTACK_PYTHON = HOME / "envs" / "localstack" / "bin" / "python"
LAMBDA_PYTHON = HOME / "envs" / "lambda" / "bin" / "python"
RUNTIME = f"python3.{sys.version_info.minor}"
REGION = "us-east-1"
ACCOUNT = "000000000000"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/test"
START_TIMEOUT_S = 90

Content = str | bytes | tuple[str | bytes, int]
"""A file in an archive: its content, or (content, mode)."""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def zip_bytes(files: Mapping[str, Content]) -> bytes:
    """An archive of `files` (path inside → content). The same files always give the same bytes."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, entry in files.items():
            content, mode = entry if isinstance(entry, tuple) else (entry, 0o644)
            info = zipfile.ZipInfo(path)
            info.compress_type = zipfile.ZIP_DEFLATED
            info.external_attr = (0o100000 | mode) << 16
            archive.writestr(info, content)
    return buffer.getvalue()


def zip_folder(folder: Path, prefix: str = "") -> bytes:
    """An archive of all files below `folder`, with their modes, byte code left out."""
    files: dict[str, Content] = {}
    for path in sorted(folder.rglob("*")):
        if path.is_file() and "__pycache__" not in path.parts:
            name = str(Path(prefix) / path.relative_to(folder))
            files[name] = (path.read_bytes(), path.stat().st_mode & 0o777)
    return zip_bytes(files)


def unique(prefix: str) -> str:
    return f"{prefix}-{uuid.uuid4().hex[:8]}"


@dataclass
class LocalStack:
    """One LocalStack process. Use `start`, and `stop` or `kill` when done.

    state: its folder; `log` is its output.
    extra: further environment variables for it.
    """

    state: Path
    port: int = field(default_factory=free_port)
    extra: Mapping[str, str] = field(default_factory=dict)
    process: "subprocess.Popen[bytes] | None" = None

    @property
    def endpoint(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def log(self) -> Path:
        return self.state / "localstack.log"

    @property
    def pid(self) -> int:
        assert self.process is not None
        return self.process.pid

    def environment(self) -> dict[str, str]:
        folders = {"HOME": "home", "TMPDIR": "tmp/system", "FILESYSTEM_ROOT": "tmp/filesystem"}
        for folder in folders.values():
            (self.state / folder).mkdir(parents=True, exist_ok=True)
        return {
            "PATH": os.environ["PATH"],
            **{name: str(self.state / folder) for name, folder in folders.items()},
            "GATEWAY_LISTEN": f"127.0.0.1:{self.port}",
            "LOCALSTACK_HOST": f"localhost:{self.port}",
            "LAMBDA_RUNTIME_EXECUTOR": "process",
            "DISABLE_EVENTS": "1",
            "SKIP_SSL_CERT_DOWNLOAD": "1",
            "DNS_ADDRESS": "0",
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
            "AWS_DEFAULT_REGION": REGION,
            "DOCQA_LOCALSTACK_LAMBDA_PYTHON": str(LAMBDA_PYTHON),
            "DOCQA_LOCALSTACK_STATE": str(self.state),
            "DOCQA_LOCALSTACK_LOG_DIR": str(self.state / "logs"),
            **self.extra,
        }

    def launch(self) -> None:
        """Start the process without waiting for it."""
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [str(LOCALSTACK_PYTHON), "-m", "localstack.runtime.main"],
                env=self.environment(),
                cwd=self.state,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def start(self) -> "LocalStack":
        """Start it and wait until it answers.

        Raises RuntimeError with the end of its log when it dies or does not answer in time.
        """
        self.launch()
        assert self.process is not None
        give_up = time.monotonic() + START_TIMEOUT_S
        while time.monotonic() < give_up and self.process.poll() is None:
            if self.answers():
                return self
            time.sleep(0.1)
        self.kill()
        raise RuntimeError(f"LocalStack did not start:\n{self.log.read_text(errors='replace')[-4000:]}")

    def answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.endpoint}/_localstack/health", timeout=10) as response:
                return bool(response.status == 200)
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            return False

    def stop(self) -> None:
        """End it as an operator would (SIGTERM), by force after 20 s."""
        assert self.process is not None
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.kill()

    def kill(self) -> None:
        """End LocalStack itself, and only it, by SIGKILL."""
        assert self.process is not None
        self.process.kill()
        self.process.wait(10)

    def client(self, service: str, **settings: Any) -> Any:
        """A boto3 client that does not retry, so that a test sees the first answer."""
        return boto3.client(
            service,  # type: ignore[call-overload,unused-ignore]
            endpoint_url=self.endpoint,
            region_name=REGION,
            aws_access_key_id="test",
            aws_secret_access_key="test",
            config=Config(
                retries={"max_attempts": 0},
                read_timeout=120,
                max_pool_connections=64,
                s3={"addressing_style": "path"},
                **settings,
            ),
        )


@dataclass(frozen=True)
class Answer:
    """What Invoke returned: the parsed payload, FunctionError, and the decoded log tail."""

    payload: Any
    error: str | None
    log: str


@dataclass
class Functions:
    """Creates functions and layers, and removes them with `clean`."""

    localstack: LocalStack
    names: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.client = self.localstack.client("lambda")

    def layer(self, files: Mapping[str, Content]) -> str:
        """Publish a layer; returns the ARN of its version."""
        name = unique("layer")
        return str(
            self.client.publish_layer_version(LayerName=name, Content={"ZipFile": zip_bytes(files)})["LayerVersionArn"]
        )

    def create(
        self,
        files: str | Mapping[str, Content],
        *,
        handler: str = "main.handler",
        layers: Sequence[str] = (),
        environment: Mapping[str, str] | None = None,
        timeout: int = 10,
        memory: int = 256,
        **more: Any,
    ) -> str:
        """Create a function and wait until it is active; `files` as a string is the content of main.py.

        Returns its name.
        """
        name = str(more.pop("FunctionName", unique("function")))
        self.client.create_function(
            FunctionName=name,
            Runtime=RUNTIME,
            Role=ROLE,
            Handler=handler,
            Code={"ZipFile": zip_bytes({"main.py": files} if isinstance(files, str) else files)},
            Layers=list(layers),
            Environment={"Variables": dict(environment or {})},
            Timeout=timeout,
            MemorySize=memory,
            **more,
        )
        self.names.append(name)
        self.wait_until_ready(name)
        return name

    def wait_until_ready(self, name: str) -> None:
        for _ in range(600):
            configuration = self.client.get_function_configuration(FunctionName=name)
            if configuration["State"] != "Pending" and configuration.get("LastUpdateStatus") != "InProgress":
                assert configuration["State"] == "Active", configuration
                return
            time.sleep(0.05)
        raise TimeoutError(f"{name} did not become active")

    def invoke(self, name: str, payload: Any = None, **more: Any) -> Answer:
        """Invoke synchronously, with the log tail."""
        response = self.client.invoke(FunctionName=name, Payload=json.dumps(payload or {}), LogType="Tail", **more)
        return Answer(
            payload=json.loads(response["Payload"].read() or b"null"),
            error=response.get("FunctionError"),
            log=base64.b64decode(response.get("LogResult") or "").decode(),
        )

    def url(self, name: str, mode: str = "BUFFERED", **more: Any) -> str:
        """Create a function URL; returns its address by path, without a trailing slash."""
        answer = self.client.create_function_url_config(FunctionName=name, AuthType="NONE", InvokeMode=mode, **more)
        url_id = answer["FunctionUrl"].split("//")[1].split(".")[0]
        return f"{self.localstack.endpoint}/_aws/lambda-url/{url_id}"

    def clean(self) -> None:
        for name in self.names:
            try:
                self.client.delete_function(FunctionName=name)
            except self.client.exceptions.ResourceNotFoundException:
                continue
        self.names.clear()


def wait_for(condition: Any, timeout_s: float = 20, what: str = "the condition") -> Any:
    """Call `condition` until it returns something true, and return that. Raises TimeoutError."""
    give_up = time.monotonic() + timeout_s
    while time.monotonic() < give_up:
        if result := condition():
            return result
        time.sleep(0.05)
    raise TimeoutError(f"{what} did not come true within {timeout_s} s")
