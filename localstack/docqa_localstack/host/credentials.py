"""Secrets of a local stack, made once: ``secrets.json``, readable for its owner only."""

import json
import secrets
from dataclasses import asdict, dataclass, fields

from docqa_localstack.host.errors import HostError
from docqa_localstack.host.files import write_atomically
from docqa_localstack.host.paths import StackPaths

DEVELOPER_EMAIL = "developer@docqa.local"


@dataclass(frozen=True, slots=True, repr=False)
class Credentials:
    """No repr: they must not turn up in a traceback or a log.

    database_password: of the role docqa. database_admin_password: of the superuser that sets up the database.
    token_signing_key: for access tokens. developer_*: the account that `make up` registers.
    """

    database_password: str
    database_admin_password: str
    cache_password: str
    token_signing_key: str
    developer_email: str
    developer_password: str

    @classmethod
    def fresh(cls) -> "Credentials":
        return cls(
            database_password=secrets.token_urlsafe(24),
            database_admin_password=secrets.token_urlsafe(24),
            cache_password=secrets.token_urlsafe(24),
            token_signing_key=secrets.token_urlsafe(48),
            developer_email=DEVELOPER_EMAIL,
            developer_password=secrets.token_urlsafe(18),
        )


def read(stack: StackPaths) -> Credentials | None:
    """The stack's secrets; None when it has none yet.

    Raises HostError when the file cannot be read: making new ones would lock everybody out of the data.
    """
    try:
        saved = json.loads(stack.secrets_file.read_text())
        return Credentials(**{field.name: str(saved[field.name]) for field in fields(Credentials)})
    except FileNotFoundError:
        return None
    except (ValueError, KeyError, TypeError) as error:
        raise HostError(
            f"{stack.secrets_file} cannot be read ({error!r}).",
            hint="Put it back from a copy, or start over without the data: make clean",
        ) from error


def ensure(stack: StackPaths) -> Credentials:
    """The stack's secrets, made now if it has none."""
    found = read(stack)
    if found is None:
        found = Credentials.fresh()
        write_atomically(stack.secrets_file, json.dumps(asdict(found), indent=2) + "\n", mode=0o600)
    return found
