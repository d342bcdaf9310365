"""LocalStack in host mode with our plugin: AWS on one loopback port, without Docker."""

import shutil
from collections.abc import Mapping
from typing import Any

import httpx

from docqa_localstack.host.files import digest, digest_files
from docqa_localstack.host.services.base import Service

REGION = "us-east-1"
ACCOUNT = "000000000000"
ENVIRONMENT_IDLE_MS = 10 * 60 * 1000
ENVIRONMENT_START_S = 60
FOLDERS = {"HOME": "home", "TMPDIR": "tmp/system", "FILESYSTEM_ROOT": "tmp/filesystem"}


class LocalStack(Service):
    name = "localstack"
    title = "LocalStack"
    environment_name = "localstack"
    stop_patience_s = 25
    ready_patience_s = 180

    @property
    def endpoint(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def command(self) -> list[str]:
        return [str(self.context.home.python("localstack")), "-m", "localstack.runtime.main"]

    def settings(self) -> Mapping[str, str]:
        root = self.stack.root
        return {
            **{name: str(root / folder) for name, folder in FOLDERS.items()},
            "GATEWAY_LISTEN": f"127.0.0.1:{self.port}",
            "LOCALSTACK_HOST": f"localhost:{self.port}",
            # names like sqs.us-east-1.localhost resolve in no resolver but the browsers'
            "SQS_ENDPOINT_STRATEGY": "path",
            # silent and offline: no events, no certificate, no name server
            "DISABLE_EVENTS": "1",
            "SKIP_SSL_CERT_DOWNLOAD": "1",
            "DNS_ADDRESS": "0",
            "LAMBDA_RUNTIME_EXECUTOR": "process",
            "LAMBDA_KEEPALIVE_MS": str(ENVIRONMENT_IDLE_MS),
            "LAMBDA_RUNTIME_ENVIRONMENT_TIMEOUT": str(ENVIRONMENT_START_S),
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
            "AWS_DEFAULT_REGION": REGION,
            "DOCQA_LOCALSTACK_LAMBDA_PYTHON": str(self.context.home.python("lambda")),
            "DOCQA_LOCALSTACK_STATE": str(root),
            "DOCQA_LOCALSTACK_LOG_DIR": str(self.stack.logs / "functions"),
        }

    def fingerprint(self) -> str:
        """Also of the plugin's source: LocalStack reads it only when it starts."""
        plugin = self.context.home.project / "docqa_localstack" / "plugin"
        return digest(super().fingerprint(), digest_files([plugin], relative_to=plugin))

    def prepare(self) -> None:
        """Fresh scratch folders: LocalStack knows nothing of what an earlier process left there."""
        for name in ("system", "filesystem", "environments"):
            shutil.rmtree(self.stack.tmp / name, ignore_errors=True)
        for folder in FOLDERS.values():
            (self.stack.root / folder).mkdir(parents=True, exist_ok=True)
        (self.stack.logs / "functions").mkdir(parents=True, exist_ok=True)

    def ready(self) -> bool:
        """Whether it has gone through its whole start, our hooks included."""
        answer = self.get("/_localstack/init")
        return bool(answer and answer.get("completed", {}).get("READY"))

    def get(self, path: str) -> dict[str, Any] | None:
        """A JSON object from one of its internal routes; None when it does not answer with one."""
        try:
            response = httpx.get(self.endpoint + path, timeout=10, trust_env=False)
            answer = response.json() if response.status_code == httpx.codes.OK else None
        except (httpx.HTTPError, ValueError):
            return None
        return answer if isinstance(answer, dict) else None
