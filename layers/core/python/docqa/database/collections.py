"""`CollectionStore`: documents that belong together and are indexed alike."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, RowMapping, Uuid, bindparam, exc, func, insert, select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection

from docqa.core.errors import CollectionExists, Conflict, NotFound
from docqa.core.models import Collection, IngestOptions, SearchOptions
from docqa.database.connection import Database
from docqa.database.errors import constraint_of
from docqa.database.rows import lock_tenant, move_epoch
from docqa.database.tables import collections

_VIEW = text("""
    select c.id as collection_id, c.name, c.is_default, c.options, c.search, c.created_at,
           (select count(*) from documents d where d.collection_id = c.id and d.deleted_at is null) as documents
      from collections c
     where c.tenant_id = :tenant_id
       and c.deleted_at is null
       and (cast(:collection_id as uuid) is null or c.id = :collection_id)
     order by c.is_default desc, lower(c.name)
""")

_NOT_RERANKED = text("""
    select d.id
      from documents d
      join collections c on c.id = d.collection_id
     where d.tenant_id = :tenant_id
       and d.id = any (:document_ids)
       and c.search @> '{"rerank": false}'
""").bindparams(bindparam("document_ids", type_=ARRAY(Uuid)))


class PostgresCollections:
    """`RerankChoices` as well. Every call names the tenant; what belongs to another one does not exist."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def create(
        self, *, tenant_id: UUID, name: str, options: IngestOptions, search: SearchOptions | None = None
    ) -> Collection:
        """Raises CollectionExists."""
        try:
            async with self._database.transaction(tenant_id) as connection:
                values = {"tenant_id": tenant_id, "name": name, "options": options.model_dump(mode="json")}
                if search is not None:
                    values["search"] = search.model_dump(mode="json")
                made = await connection.execute(insert(collections).values(values).returning(collections.c.id))
                return await _get(connection, tenant_id, made.scalar_one())
        except exc.IntegrityError as error:
            raise _translated(error) from error

    async def get(self, tenant_id: UUID, collection_id: UUID) -> Collection:
        """Raises NotFound."""
        async with self._database.transaction(tenant_id) as connection:
            return await _get(connection, tenant_id, collection_id)

    async def list_collections(self, tenant_id: UUID) -> list[Collection]:
        """The default one first, then by name."""
        async with self._database.transaction(tenant_id) as connection:
            found = await connection.execute(_VIEW, {"tenant_id": tenant_id, "collection_id": None})
            return [_view(row) for row in found.mappings()]

    async def update(
        self,
        tenant_id: UUID,
        collection_id: UUID,
        *,
        name: str | None,
        options: IngestOptions | None,
        search: SearchOptions | None = None,
    ) -> Collection:
        """Raises NotFound, CollectionExists."""
        changes: dict[str, Any] = {} if name is None else {"name": name}
        if options is not None:
            changes["options"] = options.model_dump(mode="json")
        if search is not None:
            changes["search"] = search.model_dump(mode="json")
        try:
            async with self._database.transaction(tenant_id) as connection:
                if search is not None:
                    await lock_tenant(connection, tenant_id)
                    await move_epoch(connection, tenant_id)  # searches give other results from here on
                if changes:
                    await connection.execute(update(collections).where(*_one(tenant_id, collection_id)).values(changes))
                return await _get(connection, tenant_id, collection_id)
        except exc.IntegrityError as error:
            raise _translated(error) from error

    async def delete(self, tenant_id: UUID, collection_id: UUID) -> None:
        """Raises NotFound; Conflict for the default collection and for one that still holds documents."""
        async with self._database.transaction(tenant_id) as connection:
            # Held until the end, so that no document comes in between the look and the deletion.
            await connection.execute(select(collections).where(*_one(tenant_id, collection_id)).with_for_update())
            found = await _get(connection, tenant_id, collection_id)
            if found.is_default:
                raise Conflict("The default collection stays.")
            if found.documents:
                raise Conflict("The collection still holds documents.")
            await connection.execute(
                update(collections).where(*_one(tenant_id, collection_id)).values(deleted_at=func.now())
            )

    async def unknown(self, tenant_id: UUID, collection_ids: Sequence[UUID]) -> list[UUID]:
        """Those of the ids that are not collections of the tenant (or are deleted), in the given order."""
        async with self._database.transaction(tenant_id) as connection:
            found = await connection.execute(
                select(collections.c.id).where(
                    collections.c.tenant_id == tenant_id,
                    collections.c.deleted_at.is_(None),
                    collections.c.id.in_(collection_ids),
                )
            )
            known = set(found.scalars())
        return [collection_id for collection_id in collection_ids if collection_id not in known]

    async def not_reranked(self, tenant_id: UUID, document_ids: Sequence[UUID]) -> frozenset[UUID]:
        """Those of the documents whose collection has reranking switched off."""
        async with self._database.transaction(tenant_id) as connection:
            values = {"tenant_id": tenant_id, "document_ids": list(document_ids)}
            return frozenset((await connection.execute(_NOT_RERANKED, values)).scalars())


def _one(tenant_id: UUID, collection_id: UUID) -> tuple[Any, ...]:
    return (
        collections.c.id == collection_id,
        collections.c.tenant_id == tenant_id,
        collections.c.deleted_at.is_(None),
    )


async def _get(connection: AsyncConnection, tenant_id: UUID, collection_id: UUID) -> Collection:
    found = await connection.execute(_VIEW, {"tenant_id": tenant_id, "collection_id": collection_id})
    row = found.mappings().one_or_none()
    if row is None:
        raise NotFound("There is no such collection.")
    return _view(row)


def _view(row: RowMapping) -> Collection:
    stored = {"options": IngestOptions(**row["options"]), "search": SearchOptions(**row["search"])}
    return Collection(**{**row, **stored})


def _translated(error: exc.IntegrityError) -> Exception:
    return CollectionExists() if constraint_of(error) == "collections_name_key" else error
