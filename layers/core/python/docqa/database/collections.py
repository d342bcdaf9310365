"""`CollectionStore`: documents that belong together and are indexed alike."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, RowMapping, Uuid, bindparam, exc, func, insert, select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection

from docqa.core.errors import CollectionExists, Conflict, NotFound
from docqa.core.models import Collection, Identity, IngestOptions, Role, SearchOptions
from docqa.database.connection import Database
from docqa.database.errors import constraint_of
from docqa.database.roles import ROLE
from docqa.database.rows import lock_tenant, move_epoch
from docqa.database.tables import collection_members, collections

_VIEW = text(f"""
    select s.id as collection_id, s.name, s.is_default, s.options, s.search, s.created_at, s.everyone, s.role,
           (select count(*) from documents d where d.collection_id = s.id and d.deleted_at is null) as documents
      from (select c.*, {ROLE} as role
              from users u
              join collections c on c.tenant_id = u.tenant_id
              left join collection_members m on m.collection_id = c.id and m.user_id = u.id
             where u.id = :user_id
               and u.tenant_id = :tenant_id
               and c.deleted_at is null
               and (cast(:collection_id as uuid) is null or c.id = :collection_id)) s
     where s.role is not null
     order by s.is_default desc, lower(s.name)
""")  # noqa: S608 - a constant

_HOLDS_DOCUMENTS = text("""
    select exists (select from documents where collection_id = :collection_id and deleted_at is null)
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
    """`RerankChoices` as well. A user reads what was shared; whether he may change it is the caller's to ask."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def create(
        self, user: Identity, *, name: str, options: IngestOptions, search: SearchOptions | None = None
    ) -> Collection:
        """The user becomes its owner; nobody else sees it but admins. Raises CollectionExists."""
        try:
            async with self._database.transaction(user.tenant_id) as connection:
                values = {"tenant_id": user.tenant_id, "name": name, "options": options.model_dump(mode="json")}
                if search is not None:
                    values["search"] = search.model_dump(mode="json")
                made = await connection.execute(insert(collections).values(values).returning(collections.c.id))
                member = {"tenant_id": user.tenant_id, "collection_id": made.scalar_one(), "user_id": user.user_id}
                await connection.execute(insert(collection_members).values(**member, role=Role.OWNER.value))
                return await _get(connection, user, member["collection_id"])
        except exc.IntegrityError as error:
            raise _translated(error) from error

    async def get(self, user: Identity, collection_id: UUID) -> Collection:
        """Raises NotFound."""
        async with self._database.transaction(user.tenant_id) as connection:
            return await _get(connection, user, collection_id)

    async def list_collections(self, user: Identity) -> list[Collection]:
        """Those that the user may see: the default one first, then by name."""
        async with self._database.transaction(user.tenant_id) as connection:
            found = await connection.execute(_VIEW, _values(user, None))
            return [_view(row) for row in found.mappings()]

    async def update(
        self,
        user: Identity,
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
            async with self._database.transaction(user.tenant_id) as connection:
                if search is not None:
                    await lock_tenant(connection, user.tenant_id)
                    await move_epoch(connection, user.tenant_id)  # searches give other results from here on
                if changes:
                    found = _one(user.tenant_id, collection_id)
                    await connection.execute(update(collections).where(*found).values(changes))
                return await _get(connection, user, collection_id)
        except exc.IntegrityError as error:
            raise _translated(error) from error

    async def delete(self, tenant_id: UUID, collection_id: UUID) -> None:
        """Raises NotFound; Conflict for the default collection and for one that still holds documents."""
        async with self._database.transaction(tenant_id) as connection:
            # Held until the end, so that no document comes in between the look and the deletion.
            found = await connection.execute(
                select(collections.c.is_default).where(*_one(tenant_id, collection_id)).with_for_update()
            )
            is_default = found.scalar_one_or_none()
            if is_default is None:
                raise NotFound("There is no such collection.")
            if is_default:
                raise Conflict("The default collection stays.")
            if (await connection.execute(_HOLDS_DOCUMENTS, {"collection_id": collection_id})).scalar_one():
                raise Conflict("The collection still holds documents.")
            await connection.execute(
                update(collections).where(*_one(tenant_id, collection_id)).values(deleted_at=func.now())
            )

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


def _values(user: Identity, collection_id: UUID | None) -> dict[str, UUID | None]:
    return {"tenant_id": user.tenant_id, "user_id": user.user_id, "collection_id": collection_id}


async def _get(connection: AsyncConnection, user: Identity, collection_id: UUID) -> Collection:
    found = await connection.execute(_VIEW, _values(user, collection_id))
    row = found.mappings().one_or_none()
    if row is None:
        raise NotFound("There is no such collection.")
    return _view(row)


def _view(row: RowMapping) -> Collection:
    stored = {"options": IngestOptions(**row["options"]), "search": SearchOptions(**row["search"])}
    return Collection(**{**row, **stored})


def _translated(error: exc.IntegrityError) -> Exception:
    return CollectionExists() if constraint_of(error) == "collections_name_key" else error
