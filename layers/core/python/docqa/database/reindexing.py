"""`ReindexStore`: vectors of another model beside those that are searched, until they are complete."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import text

from docqa.core.models import Chunk as Passage
from docqa.core.models import IngestOptions, Unembedded
from docqa.database.column_types import vector_literal
from docqa.database.connection import Database
from docqa.database.rows import lock_tenant, move_epoch

_BEHIND = text("""
    select id from tenants
     where embedding_model <> :model
     order by chunk_count, id
""")

_ANNOUNCE = text("update tenants set next_embedding_model = :model where id = :tenant_id")

# Passages that are not published yet are included: they would be missing from the moment of the switch on.
_MISSING = text("""
    select c.version_id, c.ordinal, c.text, c.heading_path, v.options
      from chunks c
      join document_versions v on v.id = c.version_id
     where c.tenant_id = :tenant_id
       and (c.version_id, c.ordinal) > (:version_id, :ordinal)
       and not exists (select from vectors e
                        where e.version_id = c.version_id and e.ordinal = c.ordinal and e.model = :model)
     order by c.version_id, c.ordinal
     limit :limit
""")

_ADD = text("""
    insert into vectors (tenant_id, version_id, ordinal, model, embedding)
    select c.tenant_id, c.version_id, c.ordinal, :model, cast(:embedding as halfvec)
      from chunks c
     where c.tenant_id = :tenant_id and c.version_id = :version_id and c.ordinal = :ordinal
        on conflict do nothing
""")

_COMPLETE = text("""
    select not exists (
        select from chunks c
         where c.tenant_id = :tenant_id
           and not exists (select from vectors e
                            where e.version_id = c.version_id and e.ordinal = c.ordinal and e.model = :model))
""")

_SWITCH = text("""
    update tenants set embedding_model = :model, next_embedding_model = null where id = :tenant_id
""")

_RENAME = text("""
    update document_versions set embedding_model = :model
     where tenant_id = :tenant_id and embedding_model is not null
""")

_CLEAR = text("delete from vectors where tenant_id = :tenant_id and model <> :model")


class PostgresReindex:
    """Searches go on with the old vectors, and everything that is published meanwhile takes part."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def tenants_behind(self, model: str) -> list[UUID]:
        """Those whose searches use another model, the smallest first."""
        async with self._database.system() as connection:
            return list((await connection.execute(_BEHIND, {"model": model})).scalars())

    async def missing(self, tenant_id: UUID, model: str, *, after: tuple[int, int], limit: int) -> list[Unembedded]:
        """Passages without a vector of the model, in order, from behind (version, ordinal) on."""
        values = {"tenant_id": tenant_id, "model": model, "version_id": after[0], "ordinal": after[1], "limit": limit}
        async with self._database.transaction(tenant_id) as connection:
            await connection.execute(_ANNOUNCE, values)
            found = await connection.execute(_MISSING, values)
            return [
                Unembedded(
                    version_id=row.version_id,
                    ordinal=row.ordinal,
                    text=Passage(
                        ordinal=row.ordinal, parent=0, text=row.text, heading_path=tuple(row.heading_path)
                    ).searchable_text(embed_headings=IngestOptions(**row.options).embed_headings),
                )
                for row in found
            ]

    async def add_vectors(
        self, tenant_id: UUID, model: str, passages: Sequence[Unembedded], vectors: Sequence[tuple[float, ...]]
    ) -> None:
        """One vector a passage; what was deleted meanwhile is passed over."""
        rows = [
            {
                "tenant_id": tenant_id,
                "model": model,
                "version_id": passage.version_id,
                "ordinal": passage.ordinal,
                "embedding": vector_literal(vector),
            }
            for passage, vector in zip(passages, vectors, strict=True)
        ]
        async with self._database.transaction(tenant_id) as connection:
            await connection.execute(_ADD, rows)

    async def switch(self, tenant_id: UUID, model: str) -> bool:
        """From the commit on searches use the model and the other vectors are gone; False while some are missing."""
        values = {"tenant_id": tenant_id, "model": model}
        async with self._database.transaction(tenant_id) as connection:
            await lock_tenant(connection, tenant_id)
            if not (await connection.execute(_COMPLETE, values)).scalar_one():
                return False
            for statement in (_SWITCH, _RENAME, _CLEAR):
                await connection.execute(statement, values)
            await move_epoch(connection, tenant_id)
        return True
