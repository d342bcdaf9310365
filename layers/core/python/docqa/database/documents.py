"""`DocumentStore`: documents and their versions, as their owner sees them."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import RowMapping, func, insert, select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection

from docqa.core.errors import NotFound, NotRetryable
from docqa.core.models import DocumentView, Failure, Format, Original, Stage, StageProgress, Status, VersionKey
from docqa.database.connection import Database
from docqa.database.rows import lock_tenant, move_epoch, remove_passages
from docqa.database.tables import document_versions, documents, stage_progress, stage_units

_VIEW = text("""
    select d.id as document_id, v.filename, v.version, d.active_version, v.status, v.format,
           coalesce(v.size_bytes, v.declared_bytes) as size_bytes, v.page_count as pages, v.chunk_count as chunks,
           v.error_stage, v.error_code, v.error_message, v.error_retryable, d.created_at, v.ready_at, v.id as version_id
      from documents d
      join document_versions v on v.document_id = d.id and v.version = d.latest_version
     where d.tenant_id = :tenant_id
       and d.deleted_at is null
       and (cast(:document_id as uuid) is null or d.id = :document_id)
     order by d.created_at desc, d.id
""")

_RESET = text("""
    update document_versions v
       set status = 'awaiting_upload', stage = null, execution_id = null, claimed_at = null, deadline_at = null,
           error_stage = null, error_code = null, error_message = null, error_retryable = null, changed_at = now()
      from documents d
     where d.id = :document_id and d.tenant_id = :tenant_id and d.deleted_at is null
       and v.document_id = d.id and v.version = d.latest_version and v.status = 'failed'
 returning v.id, v.version, v.attempt
""")


_ORPHANED = text(
    """
    select version.id, version.version,
           case when exists (
               select from document_versions other
                 join documents holder on holder.id = other.document_id
                where other.tenant_id = :tenant_id and other.content_sha256 = version.content_sha256
                  and holder.deleted_at is null
           ) then null else version.content_sha256 end as content_sha256
      from document_versions version
     where version.tenant_id = :tenant_id and version.document_id = :document_id
     order by version.version
    """
)

_ORIGINAL = text(
    """
    select version.version, version.filename, version.format
      from documents document
      join document_versions version
        on version.document_id = document.id
       and version.version = coalesce(document.active_version, document.latest_version)
     where document.id = :document_id and document.tenant_id = :tenant_id and document.deleted_at is null
    """
)


class PostgresDocuments:
    """Every call names the tenant; what belongs to another one does not exist."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def create(
        self, *, tenant_id: UUID, user_id: UUID, filename: str, format: Format, size_bytes: int
    ) -> VersionKey:
        """A document with its first version, awaiting the upload of `size_bytes` bytes."""
        async with self._database.transaction() as connection:
            made = await connection.execute(
                insert(documents).values(tenant_id=tenant_id, created_by=user_id).returning(documents.c.id)
            )
            key = VersionKey(tenant_id=tenant_id, document_id=made.scalar_one(), version=1)
            await _add(connection, key, filename, format, size_bytes)
        return key

    async def add_version(
        self, *, tenant_id: UUID, document_id: UUID, filename: str, format: Format, size_bytes: int
    ) -> VersionKey:
        """The next version; the active one answers until this one is published. Raises NotFound."""
        async with self._database.transaction() as connection:
            counted = await connection.execute(
                update(documents)
                .where(
                    documents.c.id == document_id,
                    documents.c.tenant_id == tenant_id,
                    documents.c.deleted_at.is_(None),
                )
                .values(latest_version=documents.c.latest_version + 1)
                .returning(documents.c.latest_version)
            )
            version = counted.scalar_one_or_none()
            if version is None:
                raise NotFound("There is no such document.")
            key = VersionKey(tenant_id=tenant_id, document_id=document_id, version=version)
            await _add(connection, key, filename, format, size_bytes)
        return key

    async def get(self, tenant_id: UUID, document_id: UUID) -> DocumentView:
        """Raises NotFound."""
        found = await self._views(tenant_id, document_id)
        if not found:
            raise NotFound("There is no such document.")
        return found[0]

    async def list_documents(self, tenant_id: UUID) -> list[DocumentView]:
        """Newest first."""
        return await self._views(tenant_id, None)

    async def unknown(self, tenant_id: UUID, document_ids: Sequence[UUID]) -> list[UUID]:
        """Those of the ids that are not documents of the tenant (or are deleted), in the given order."""
        async with self._database.transaction() as connection:
            found = await connection.execute(
                select(documents.c.id).where(
                    documents.c.tenant_id == tenant_id,
                    documents.c.deleted_at.is_(None),
                    documents.c.id.in_(document_ids),
                )
            )
            known = set(found.scalars())
        return [document_id for document_id in document_ids if document_id not in known]

    async def delete(self, tenant_id: UUID, document_id: UUID) -> list[tuple[VersionKey, str | None]]:
        """Invisible, without passages from the commit on; its versions, each with the content hash to clean up after.

        The hash is None when another document of the tenant was made from the same bytes: its artifacts stay. Deleting
        a deleted document gives the same answer, so that a broken clean-up can be done again. Raises NotFound.
        """
        async with self._database.transaction() as connection:
            await lock_tenant(connection, tenant_id)
            ended = await connection.execute(
                update(documents)
                .where(documents.c.id == document_id, documents.c.tenant_id == tenant_id)
                .values(deleted_at=func.coalesce(documents.c.deleted_at, func.now()), active_version=None)
            )
            if ended.rowcount == 0:
                raise NotFound("There is no such document.")
            versions = await connection.execute(_ORPHANED, {"tenant_id": tenant_id, "document_id": document_id})
            rows = versions.all()
            await remove_passages(connection, [row.id for row in rows])
            await move_epoch(connection, tenant_id)
        return [
            (VersionKey(tenant_id=tenant_id, document_id=document_id, version=row.version), row.content_sha256)
            for row in rows
        ]

    async def original(self, tenant_id: UUID, document_id: UUID) -> Original:
        """The file of the version that answers now, or of the newest one when none does. Raises NotFound."""
        async with self._database.transaction() as connection:
            found = await connection.execute(_ORIGINAL, {"tenant_id": tenant_id, "document_id": document_id})
            row = found.one_or_none()
        if row is None:
            raise NotFound("There is no such document.")
        key = VersionKey(tenant_id=tenant_id, document_id=document_id, version=row.version)
        return Original(key=key, filename=row.filename, format=Format(row.format))

    async def reset_for_retry(self, tenant_id: UUID, document_id: UUID) -> tuple[VersionKey, int]:
        """Failed → awaiting_upload; the number of the attempt that the next claim will make.

        Passages of the failed attempt stay: their embeddings are used again. Raises NotFound, NotRetryable.
        """
        async with self._database.transaction() as connection:
            reset = await connection.execute(_RESET, {"tenant_id": tenant_id, "document_id": document_id})
            row = reset.one_or_none()
            if row is not None:
                await connection.execute(stage_progress.delete().where(stage_progress.c.version_id == row.id))
        if row is None:
            await self.get(tenant_id, document_id)
            raise NotRetryable()
        return VersionKey(tenant_id=tenant_id, document_id=document_id, version=row.version), row.attempt + 1

    async def _views(self, tenant_id: UUID, document_id: UUID | None) -> list[DocumentView]:
        async with self._database.transaction() as connection:
            found = await connection.execute(_VIEW, {"tenant_id": tenant_id, "document_id": document_id})
            rows = found.mappings().all()
            stages = await _stages(connection, [row["version_id"] for row in rows])
        return [_view(row, stages.get(row["version_id"], ())) for row in rows]


async def _add(connection: AsyncConnection, key: VersionKey, filename: str, format: Format, size_bytes: int) -> None:
    await connection.execute(
        insert(document_versions).values(
            document_id=key.document_id,
            version=key.version,
            tenant_id=key.tenant_id,
            filename=filename,
            format=format.value,
            declared_bytes=size_bytes,
        )
    )


async def _stages(connection: AsyncConnection, version_ids: list[int]) -> dict[int, tuple[StageProgress, ...]]:
    """Progress of each version in the order of the stages."""
    done = (
        select(func.count())
        .where(stage_units.c.version_id == stage_progress.c.version_id, stage_units.c.stage == stage_progress.c.stage)
        .scalar_subquery()
    )
    found = await connection.execute(
        select(stage_progress, done.label("done")).where(stage_progress.c.version_id.in_(version_ids))
    )
    order = list(Stage)
    stages: dict[int, tuple[StageProgress, ...]] = {}
    for row in sorted(found, key=lambda row: order.index(row.stage)):
        progress = StageProgress(
            stage=Stage(row.stage),
            status="running" if row.finished_at is None else "done",
            done=row.done,
            total=row.total,
            started_at=row.started_at,
            finished_at=row.finished_at,
        )
        stages[row.version_id] = (*stages.get(row.version_id, ()), progress)
    return stages


def _view(row: RowMapping, stages: tuple[StageProgress, ...]) -> DocumentView:
    error = None
    if row["error_code"] is not None:
        error = Failure(
            stage=None if row["error_stage"] is None else Stage(row["error_stage"]),
            code=row["error_code"],
            message=row["error_message"],
            retryable=row["error_retryable"],
        )
    return DocumentView(
        document_id=row["document_id"],
        filename=row["filename"],
        version=row["version"],
        active_version=row["active_version"],
        status=Status(row["status"]),
        format=Format(row["format"]),
        size_bytes=row["size_bytes"],
        pages=row["pages"],
        chunks=row["chunks"],
        error=error,
        stages=stages,
        created_at=row["created_at"],
        ready_at=row["ready_at"],
    )
