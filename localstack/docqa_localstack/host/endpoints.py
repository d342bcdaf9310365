"""The addresses of a local stack. They stay the same over restarts: ports are remembered, ids are fixed by tags."""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import quote

from docqa_localstack.host.credentials import Credentials

API_ID = "docqa"
STAGE = "local"
URL_ID = "docqastream"
"""Ids that the stack gives its REST API and its function URL by the tag ``_custom_id_``."""

ROLE = DATABASE = "docqa"
"""The application's own in PostgreSQL."""


@dataclass(frozen=True, slots=True, repr=False)
class Endpoints:
    """Where the parts answer. No repr: the URLs of database and cache hold passwords."""

    aws_url: str
    api_url: str
    stream_url: str
    database_url: str
    cache_url: str

    @classmethod
    def of(cls, ports: Mapping[str, int], credentials: Credentials, *, masked: bool = False) -> "Endpoints":
        """From the ports of the parts by name; `masked` hides the passwords."""
        aws_url = f"http://127.0.0.1:{ports['localstack']}"
        return cls(
            aws_url=aws_url,
            api_url=f"{aws_url}/_aws/execute-api/{API_ID}/{STAGE}",
            stream_url=f"{aws_url}/_aws/lambda-url/{URL_ID}",
            database_url=_database_url(ports["postgres"], credentials.database_password, masked),
            cache_url=_cache_url(ports["valkey"], credentials.cache_password, masked),
        )


def _database_url(port: int, password: str, masked: bool) -> str:
    return f"postgresql://{ROLE}:{_shown(password, masked)}@127.0.0.1:{port}/{DATABASE}"


def _cache_url(port: int, password: str, masked: bool) -> str:
    return f"redis://:{_shown(password, masked)}@127.0.0.1:{port}/0"


def _shown(password: str, masked: bool) -> str:
    return "***" if masked else quote(password, safe="")
