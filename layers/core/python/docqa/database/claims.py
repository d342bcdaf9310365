"""Who works on a version: claiming, giving back, failing, and what the janitor looks at."""

from collections.abc import Sequence

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from docqa.core.errors import NotFound
from docqa.core.models import (
    Claim,
    DocumentMetadata,
    DocumentWarning,
    Failure,
    Format,
    IngestOptions,
    Job,
    OpenVersion,
    Stage,
    Status,
    VersionKey,
)
from docqa.database.column_types import storable_json
from docqa.database.connection import Database
from docqa.database.rows import lock_tenant, withdraw

_MAX_OPEN = 500

# The second delivery of an event waits for the row, sees that it is claimed and changes nothing; the same execution's
# own retry gets its claim again, with the old deadline and attempt.
_CLAIM = text("""
    update document_versions v
       set status = 'processing',
           stage = 'claim',
           execution_id = :execution_id,
           attempt = v.attempt + case v.status when 'awaiting_upload' then 1 else 0 end,
           changed_at = case v.status when 'awaiting_upload' then now() else v.changed_at end,
           claimed_at = coalesce(v.claimed_at, now()),
           deadline_at = coalesce(v.deadline_at, now() + make_interval(secs => :deadline_s))
     where v.document_id = :document_id and v.version = :version and v.tenant_id = :tenant_id
       and (v.status = 'awaiting_upload' or (v.status = 'processing' and v.execution_id = :execution_id))
       and exists (select from documents d where d.id = v.document_id and d.deleted_at is null)
 returning v.attempt, v.format, v.options
""")

_DESCRIBE = text("""
    update document_versions
       set size_bytes = :size_bytes, content_sha256 = :content_sha256, page_count = :page_count
     where document_id = :document_id and version = :version and tenant_id = :tenant_id
       and status = 'processing' and execution_id = :execution_id
""")

_CONTENT = text("""
    update document_versions
       set metadata = cast(:metadata as jsonb), warnings = cast(:warnings as jsonb), language = :language,
           chunker = :chunker
     where document_id = :document_id and version = :version and tenant_id = :tenant_id and status = 'processing'
""")

_FAIL = text("""
    update document_versions
       set status = 'failed', changed_at = now(), deadline_at = null,
           error_stage = coalesce(:stage, stage), error_code = :code, error_message = :message,
           error_retryable = :retryable
     where document_id = :document_id and version = :version and tenant_id = :tenant_id
       and status = 'processing' and execution_id = :execution_id
""")

_EXPIRE = text("""
    update document_versions
       set status = 'failed', changed_at = now(),
           error_stage = :stage, error_code = :code, error_message = :message, error_retryable = :retryable
     where document_id = :document_id and version = :version and tenant_id = :tenant_id and status = 'awaiting_upload'
""")

_RELEASE = text("""
    update document_versions
       set status = 'awaiting_upload', stage = null, execution_id = null, claimed_at = null, deadline_at = null,
           changed_at = now()
     where document_id = :document_id and version = :version and tenant_id = :tenant_id
       and status = 'processing' and execution_id is not distinct from :execution_id
 returning id
""")

_OPEN = text("""
    select v.tenant_id, v.document_id, v.version, v.status, v.execution_id, v.attempt, v.changed_at, v.deadline_at
      from document_versions v
      join documents d on d.id = v.document_id
     where v.status in ('awaiting_upload', 'processing') and d.deleted_at is null
     order by v.changed_at
     limit :limit
""")


class Claims:
    """The part of `IngestStore` that moves a version between its states."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def claim(self, key: VersionKey, *, execution_id: str, deadline_s: int) -> Claim | None:
        """None if another execution holds or finished this version, or it is deleted."""
        async with self._database.transaction(key.tenant_id) as connection:
            claimed = await connection.execute(
                _CLAIM, {**key.model_dump(), "execution_id": execution_id, "deadline_s": deadline_s}
            )
            row = claimed.one_or_none()
        if row is None:
            return None
        return Claim(attempt=row.attempt, format=Format(row.format), options=IngestOptions(**row.options))

    async def describe(self, job: Job, *, size_bytes: int) -> None:
        """Raises NotFound when the execution does not hold the version any more."""
        values = {
            **job.key.model_dump(),
            "execution_id": job.execution_id,
            "size_bytes": size_bytes,
            "content_sha256": job.content_sha256,
            "page_count": job.page_count,
        }
        async with self._database.transaction(job.key.tenant_id) as connection:
            if (await connection.execute(_DESCRIBE, values)).rowcount == 0:
                raise NotFound("This version is not being processed by this execution.")

    async def describe_content(
        self,
        key: VersionKey,
        *,
        metadata: DocumentMetadata,
        warnings: Sequence[DocumentWarning],
        language: str | None,
        chunker: str,
    ) -> None:
        """Store what reading and cutting the document found out; what is not in processing is left as it is."""
        values = {
            **key.model_dump(),
            "metadata": storable_json(metadata.model_dump(mode="json", exclude_defaults=True)),
            "warnings": storable_json([one.model_dump(mode="json", exclude_none=True) for one in warnings]),
            "language": language,
            "chunker": chunker,
        }
        async with self._database.transaction(key.tenant_id) as connection:
            await connection.execute(_CONTENT, values)

    async def fail(self, key: VersionKey, *, execution_id: str, failure: Failure) -> bool:
        """Processing → failed for the execution that holds the claim; the stage defaults to the one it was in."""
        async with self._database.transaction(key.tenant_id) as connection:
            values = {**key.model_dump(), **_reason(failure), "execution_id": execution_id}
            return (await connection.execute(_FAIL, values)).rowcount == 1

    async def expire_upload(self, key: VersionKey, *, failure: Failure) -> bool:
        """awaiting_upload → failed; whether anything changed."""
        async with self._database.transaction(key.tenant_id) as connection:
            return (await connection.execute(_EXPIRE, {**key.model_dump(), **_reason(failure)})).rowcount == 1

    async def release(self, key: VersionKey, *, execution_id: str | None) -> bool:
        """Processing → awaiting_upload for a version whose execution is gone, so that a new one can claim it."""
        async with self._database.transaction(key.tenant_id) as connection:
            await lock_tenant(connection, key.tenant_id)
            values = {**key.model_dump(), "execution_id": execution_id}
            number = (await connection.execute(_RELEASE, values)).scalar_one_or_none()
            if number is not None:
                await withdraw(connection, key.tenant_id, [number])
        return number is not None

    async def open_versions(self) -> list[OpenVersion]:
        """Of all tenants: neither ready nor failed, not deleted, oldest first, at most 500."""
        async with self._database.system() as connection:
            found = await connection.execute(_OPEN, {"limit": _MAX_OPEN})
            return [
                OpenVersion(
                    key=VersionKey(tenant_id=row.tenant_id, document_id=row.document_id, version=row.version),
                    status=Status(row.status),
                    execution_id=row.execution_id,
                    attempt=row.attempt,
                    changed_at=row.changed_at,
                    deadline_at=row.deadline_at,
                )
                for row in found
            ]


async def version_id(connection: AsyncConnection, key: VersionKey) -> int:
    """The number that stands for (document, version). Raises NotFound, also for a deleted document.

    Holds the document until the transaction ends: it cannot be deleted between this look and what is written after it.
    """
    found = await connection.execute(
        text("""
            select v.id
              from documents d
              join document_versions v on v.document_id = d.id
             where d.id = :document_id and d.tenant_id = :tenant_id and d.deleted_at is null and v.version = :version
               for share of d
        """),
        key.model_dump(),
    )
    number = found.scalar_one_or_none()
    if number is None:
        raise NotFound("There is no such document version; it may have been deleted.")
    return int(number)


def _reason(failure: Failure) -> dict[str, str | bool | None]:
    return {
        "stage": None if failure.stage is None else Stage(failure.stage).value,
        "code": failure.code,
        "message": failure.message,
        "retryable": failure.retryable,
    }
