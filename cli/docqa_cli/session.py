"""Which stack to talk to, and as whom.

`DOCQA_API_URL`, `DOCQA_STREAM_URL` and `DOCQA_TOKEN` win; else it is the local stack, whose developer account is logged
in by itself. A login is kept in the stack's `session.json`, readable for its owner only, and sent only to the
address that gave it.
"""

import json
import os
import time
from dataclasses import asdict, dataclass

from docqa_cli.errors import CliError
from docqa_localstack.host import credentials, state
from docqa_localstack.host.endpoints import Endpoints
from docqa_localstack.host.files import write_atomically
from docqa_localstack.host.paths import StackPaths

EARLY_S = 60
"""A token this close to its end counts as expired."""


@dataclass(frozen=True)
class Addresses:
    """Roots of the HTTP contract, without `/api/v1`."""

    api_url: str
    stream_url: str


@dataclass(frozen=True)
class Login:
    """A kept login at `api_url`; `expires_at` in seconds since the epoch."""

    api_url: str
    email: str
    access_token: str
    expires_at: float

    @property
    def usable(self) -> bool:
        return time.time() < self.expires_at - EARLY_S


def addresses() -> Addresses:
    """Raises CliError when there is no stack to talk to."""
    api, stream = os.environ.get("DOCQA_API_URL"), os.environ.get("DOCQA_STREAM_URL")
    if api:
        return Addresses(api.rstrip("/"), (stream or api).rstrip("/"))
    stack = StackPaths.current()
    secrets = credentials.read(stack)
    ports = {name: record.port for name, record in state.load(stack).services.items()}
    if secrets is None or not {"localstack", "postgres", "valkey"} <= ports.keys():
        raise CliError("There is no stack here yet.", code="no_stack", hint="Start it: make up")
    local = Endpoints.of(ports, secrets)
    return Addresses(local.api_url, local.stream_url)


def given_token() -> str | None:
    """The token from the environment."""
    return os.environ.get("DOCQA_TOKEN") or None


def developer() -> tuple[str, str] | None:
    """E-mail and password of the local stack's own account; None when another stack is addressed."""
    if os.environ.get("DOCQA_API_URL"):
        return None
    secrets = credentials.read(StackPaths.current())
    return (secrets.developer_email, secrets.developer_password) if secrets else None


def kept(api_url: str) -> Login | None:
    """The login kept for this address, usable or not. An unreadable file is no login."""
    try:
        login = Login(**json.loads(StackPaths.current().session_file.read_text()))
    except (FileNotFoundError, ValueError, TypeError):
        return None
    return login if login.api_url == api_url else None


def keep(login: Login) -> None:
    """Remember a login until it expires."""
    stack = StackPaths.current()
    stack.root.mkdir(parents=True, exist_ok=True)
    write_atomically(stack.session_file, json.dumps(asdict(login)) + "\n", mode=0o600)
