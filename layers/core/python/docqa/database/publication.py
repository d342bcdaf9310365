"""The moment a version becomes visible: one transaction, one tenant at a time."""

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from docqa.core.errors import NotFound, ProcessingFailed, Superseded
from docqa.core.models import Status, VersionKey
from docqa.database.connection import Database
from docqa.database.postings import add_version
from docqa.database.rows import allow_time, lock_tenant, move_epoch, remove_passages

PUBLISH_S = 240
"""A statement's time: 60,000 passages take about half a minute."""

_FOUND = text("""
    select v.id, v.status, v.slot_from, d.active_version
      from documents d
      join document_versions v on v.document_id = d.id
     where d.id = :document_id and d.tenant_id = :tenant_id and d.deleted_at is null and v.version = :version
       for no key update of d, v
""")

_BATCHES = text("""
    select p.total, (select count(*) from stage_units u where u.version_id = p.version_id and u.stage = p.stage) as done
      from stage_progress p
     where p.version_id = :version_id and p.stage = 'embed'
""")

_COUNTED = text("""
    update document_versions v
       set chunk_count = c.chunks, token_count = c.tokens, embedding_model = e.model
      from (select count(*) as chunks, sum(length) as tokens, max(ordinal) as last
              from chunks
             where version_id = :version_id) c,
           (select model, count(*) as chunks
              from vectors
             where version_id = :version_id
             group by model) e,
           tenants t
     where v.id = :version_id and t.id = :tenant_id and v.tenant_id = t.id and c.last = c.chunks - 1
       and e.chunks = c.chunks and e.model = coalesce(t.embedding_model, e.model)
""")

_CHOSEN = text("""
    update tenants t
       set embedding_model = v.embedding_model
      from document_versions v
     where t.id = :tenant_id and v.id = :version_id and t.embedding_model is null
""")

_ACTIVATED = text("update documents set active_version = :version where id = :document_id and tenant_id = :tenant_id")

_OLDER = text("""
    select id from document_versions
     where document_id = :document_id and tenant_id = :tenant_id and version < :version
""")

_READY = text("""
    update document_versions v
       set status = 'ready', ready_at = now(), changed_at = now(), deadline_at = null
      from documents d
     where v.document_id = :document_id and v.version = :version and v.tenant_id = :tenant_id
       and v.status = 'processing' and d.id = v.document_id and d.active_version = v.version
""")


class Publication:
    """The part of `IngestStore` that changes what searches see."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def publish(self, key: VersionKey) -> None:
        """Make the version the active one and remove the passages of older ones; a second call changes nothing more.

        Raises NotFound (deleted meanwhile), Superseded (a newer version is active), ProcessingFailed (not processing or
        not every batch is stored). Nothing becomes visible then.
        """
        async with self._database.transaction(key.tenant_id) as connection:
            await allow_time(connection, PUBLISH_S)
            await lock_tenant(connection, key.tenant_id)
            found = (await connection.execute(_FOUND, key.model_dump())).one_or_none()
            if found is None:
                raise NotFound("The document was deleted while it was being processed.")
            superseded = found.active_version is not None and found.active_version > key.version
            if superseded:
                await remove_passages(connection, key.tenant_id, [found.id])
            elif found.slot_from is None:
                await _activate(connection, key, number=found.id, status=found.status)
        if superseded:
            raise Superseded()

    async def mark_ready(self, key: VersionKey) -> None:
        """Processing → ready, for the active version."""
        async with self._database.transaction(key.tenant_id) as connection:
            await connection.execute(_READY, key.model_dump())


async def _activate(connection: AsyncConnection, key: VersionKey, *, number: int, status: str) -> None:
    if status != Status.PROCESSING:
        raise ProcessingFailed("The document is no longer being processed.")
    batches = (await connection.execute(_BATCHES, {"version_id": number})).one_or_none()
    if batches is None or batches.done < batches.total:
        raise ProcessingFailed("Not every part of the document was indexed.")
    values = {"version_id": number, "tenant_id": key.tenant_id}
    if (await connection.execute(_COUNTED, values)).rowcount == 0:
        raise ProcessingFailed("The document has no passages, or not each has a vector of the model that answers.")
    await connection.execute(_CHOSEN, values)
    older = await connection.execute(_OLDER, key.model_dump())
    await remove_passages(connection, key.tenant_id, list(older.scalars()))
    await connection.execute(_ACTIVATED, key.model_dump())
    await add_version(connection, key, number=number)
    await move_epoch(connection, key.tenant_id)
