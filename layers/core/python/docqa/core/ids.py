"""Names of things: object keys and content hashes. All keys are ours; a user's file name never becomes part of one."""

import hashlib
from uuid import UUID

from docqa.core.errors import InvalidRequest
from docqa.core.models import VersionKey

UPLOADS_PREFIX = "uploads/"
ARTIFACTS_PREFIX = "artifacts/"


def upload_key(key: VersionKey) -> str:
    """`uploads/{tenant}/{document}/{version}`."""
    return f"{UPLOADS_PREFIX}{key.tenant_id}/{key.document_id}/{key.version}"


def parse_upload_key(object_key: str) -> VersionKey:
    """The reverse of `upload_key`. Raises InvalidRequest for any other key."""
    try:
        prefix, tenant, document, version = object_key.split("/")
        key = VersionKey(tenant_id=UUID(tenant), document_id=UUID(document), version=int(version))
    except ValueError as error:
        raise InvalidRequest(f"Not an upload key: {object_key!r}") from error
    if prefix + "/" != UPLOADS_PREFIX:
        raise InvalidRequest(f"Not an upload key: {object_key!r}")
    return key


def artifact_prefix(tenant_id: UUID, content_sha256: str) -> str:
    """Where everything made from one file of one tenant lies; deleting the file deletes this prefix."""
    return f"{ARTIFACTS_PREFIX}{tenant_id}/{content_sha256}/"


def artifact_key(tenant_id: UUID, content_sha256: str, stage: str, *inputs: str) -> str:
    """Address of a stage's output by what went in: the same inputs give the same key.

    `inputs` are the versions of the code that made it and what selects the unit (a page range, a batch number).
    """
    digest = hashlib.sha256("\x00".join(inputs).encode()).hexdigest()[:32]
    return f"{artifact_prefix(tenant_id, content_sha256)}{stage}-{digest}.json"
