"""`DocumentStore`: documents and their versions, as their owner sees them."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Row, func, insert, text, update
from sqlalchemy.ext.asyncio import AsyncConnection

from docqa.core.errors import NotFound, NotReady, NotRetryable
from docqa.core.models import DocumentView, Format, Original, VersionKey
from docqa.database.connection import Database
from docqa.database.document_views import views
from docqa.database.rows import allow_time, lock_tenant, move_epoch, remove_passages, withdraw
from docqa.database.tables import document_versions, documents, stage_progress

DELETE_S = 25
"""A statement's time; the request itself has 29 s."""

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


# The share lock keeps the collection from being deleted before the document is there.
_COLLECTION = text("""
    select c.id, c.options
      from collections c
     where c.tenant_id = :tenant_id and c.deleted_at is null
       and case when cast(:collection_id as uuid) is null then c.is_default else c.id = :collection_id end
       for share of c
""")

_NEXT_VERSION = text("""
    update documents d
       set latest_version = latest_version + 1
      from collections c
     where d.id = :document_id and d.tenant_id = :tenant_id and d.deleted_at is null and c.id = d.collection_id
 returning d.latest_version as version, d.active_version, c.options
""")

_ACTIVE = text("""
    select filename, format, coalesce(size_bytes, declared_bytes) as size_bytes
      from document_versions
     where document_id = :document_id and version = :version and tenant_id = :tenant_id
""")


class PostgresDocuments:
    """Every call names the tenant; what belongs to another one does not exist."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def create(
        self,
        *,
        tenant_id: UUID,
        user_id: UUID,
        filename: str,
        format: Format,
        size_bytes: int,
        collection_id: UUID | None = None,
    ) -> VersionKey:
        """A document with its first version, awaiting the upload of `size_bytes` bytes. Raises NotFound."""
        async with self._database.transaction(tenant_id) as connection:
            found = await connection.execute(_COLLECTION, {"tenant_id": tenant_id, "collection_id": collection_id})
            collection = found.one_or_none()
            if collection is None:
                raise NotFound("There is no such collection.")
            made = await connection.execute(
                insert(documents)
                .values(tenant_id=tenant_id, created_by=user_id, collection_id=collection.id)
                .returning(documents.c.id)
            )
            key = VersionKey(tenant_id=tenant_id, document_id=made.scalar_one(), version=1)
            await _add(connection, key, filename, format, size_bytes, collection.options)
        return key

    async def add_version(
        self, *, tenant_id: UUID, document_id: UUID, filename: str, format: Format, size_bytes: int
    ) -> VersionKey:
        """The next version; the active one answers until this one is published. Raises NotFound."""
        async with self._database.transaction(tenant_id) as connection:
            key = VersionKey(tenant_id=tenant_id, document_id=document_id, version=1)
            counted = await _counted(connection, key)
            key = key.model_copy(update={"version": counted.version})
            await _add(connection, key, filename, format, size_bytes, counted.options)
        return key

    async def repeat_version(self, *, tenant_id: UUID, document_id: UUID) -> tuple[VersionKey, VersionKey]:
        """The active version and a new one of the same file, under the present options. Raises NotFound, NotReady."""
        async with self._database.transaction(tenant_id) as connection:
            key = VersionKey(tenant_id=tenant_id, document_id=document_id, version=1)
            counted = await _counted(connection, key)
            if counted.active_version is None:
                raise NotReady()
            active = key.model_copy(update={"version": counted.active_version})
            file = (await connection.execute(_ACTIVE, active.model_dump())).one()
            new = key.model_copy(update={"version": counted.version})
            await _add(connection, new, file.filename, Format(file.format), file.size_bytes, counted.options)
        return active, new

    async def get(self, tenant_id: UUID, document_id: UUID) -> DocumentView:
        """Raises NotFound."""
        found = await self._views(tenant_id, document_id=document_id)
        if not found:
            raise NotFound("There is no such document.")
        return found[0]

    async def list_documents(
        self, tenant_id: UUID, *, collection_ids: Sequence[UUID] | None = None
    ) -> list[DocumentView]:
        """Newest first; of these collections, or of all."""
        return await self._views(tenant_id, collection_ids=collection_ids)

    async def delete(self, tenant_id: UUID, document_id: UUID) -> list[tuple[VersionKey, str | None]]:
        """Invisible, without passages from the commit on; its versions, each with the content hash to clean up after.

        The hash is None when another document of the tenant was made from the same bytes: its artifacts stay. Deleting
        a deleted document gives the same answer, so that a broken clean-up can be done again. Raises NotFound.
        """
        async with self._database.transaction(tenant_id) as connection:
            await allow_time(connection, DELETE_S)
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
            await remove_passages(connection, tenant_id, [row.id for row in rows])
            await move_epoch(connection, tenant_id)
        return [
            (VersionKey(tenant_id=tenant_id, document_id=document_id, version=row.version), row.content_sha256)
            for row in rows
        ]

    async def original(self, tenant_id: UUID, document_id: UUID) -> Original:
        """The file of the version that answers now, or of the newest one when none does. Raises NotFound."""
        async with self._database.transaction(tenant_id) as connection:
            found = await connection.execute(_ORIGINAL, {"tenant_id": tenant_id, "document_id": document_id})
            row = found.one_or_none()
        if row is None:
            raise NotFound("There is no such document.")
        key = VersionKey(tenant_id=tenant_id, document_id=document_id, version=row.version)
        return Original(key=key, filename=row.filename, format=Format(row.format))

    async def reset_for_retry(self, tenant_id: UUID, document_id: UUID) -> tuple[VersionKey, int]:
        """Failed → awaiting_upload; the number of the attempt that the next claim will make.

        Passages of the failed attempt stay: their embeddings are used again. They answer no longer, if they did.
        Raises NotFound, NotRetryable.
        """
        async with self._database.transaction(tenant_id) as connection:
            await lock_tenant(connection, tenant_id)
            reset = await connection.execute(_RESET, {"tenant_id": tenant_id, "document_id": document_id})
            row = reset.one_or_none()
            if row is not None:
                await withdraw(connection, tenant_id, [row.id])
                await connection.execute(stage_progress.delete().where(stage_progress.c.version_id == row.id))
        if row is None:
            await self.get(tenant_id, document_id)
            raise NotRetryable()
        return VersionKey(tenant_id=tenant_id, document_id=document_id, version=row.version), row.attempt + 1

    async def _views(
        self, tenant_id: UUID, *, document_id: UUID | None = None, collection_ids: Sequence[UUID] | None = None
    ) -> list[DocumentView]:
        async with self._database.transaction(tenant_id) as connection:
            return await views(connection, tenant_id, document_id=document_id, collection_ids=collection_ids)


async def _counted(connection: AsyncConnection, key: VersionKey) -> Row[Any]:
    """Count a new version: its number, the active one, the options of the collection. Raises NotFound."""
    row = (await connection.execute(_NEXT_VERSION, key.model_dump())).one_or_none()
    if row is None:
        raise NotFound("There is no such document.")
    return row


async def _add(
    connection: AsyncConnection,
    key: VersionKey,
    filename: str,
    format: Format,
    size_bytes: int,
    options: dict[str, Any],
) -> None:
    await connection.execute(
        insert(document_versions).values(
            document_id=key.document_id,
            version=key.version,
            tenant_id=key.tenant_id,
            filename=filename,
            format=format.value,
            declared_bytes=size_bytes,
            options=options,
        )
    )
