"""`AccessStore`: what a user may see and do, looked up when it is asked, so that a change counts at once."""

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Row, TextClause, text

from docqa.core.errors import NotFound, Unauthenticated
from docqa.core.models import AccountRole, Identity, Role, Scope
from docqa.database.connection import Database
from docqa.database.roles import ROLE

_ACCOUNT = text("select role from users where id = :user_id and tenant_id = :tenant_id")

_IN_COLLECTION = text(f"""
    select {ROLE} as role
      from users u
      left join collections c on c.tenant_id = u.tenant_id and c.deleted_at is null
       and case when cast(:collection_id as uuid) is null then c.is_default else c.id = :collection_id end
      left join collection_members m on m.collection_id = c.id and m.user_id = u.id
     where u.id = :user_id and u.tenant_id = :tenant_id
""")  # noqa: S608 - a constant

# Also of a deleted document, so that a deletion that broke off can be done again
_OF_DOCUMENT = text(f"""
    select {ROLE} as role
      from users u
      left join documents d on d.tenant_id = u.tenant_id and d.id = :document_id
      left join collections c on c.id = d.collection_id
      left join collection_members m on m.collection_id = c.id and m.user_id = u.id
     where u.id = :user_id and u.tenant_id = :tenant_id
""")  # noqa: S608 - a constant

_SCOPE = text(f"""
    with roles as materialized (
        select c.id, {ROLE} as role
          from users u
          join collections c on c.tenant_id = u.tenant_id and c.deleted_at is null
          left join collection_members m on m.collection_id = c.id and m.user_id = u.id
         where u.id = :user_id and u.tenant_id = :tenant_id
    )
    select t.epoch, t.embedding_model,
           exists (select from roles where role is null) as restricted,
           array(select id from roles where role is not null order by id) as collection_ids,
           array(select d.id
                   from documents d
                   join roles r on r.id = d.collection_id and r.role is not null
                  where d.tenant_id = u.tenant_id
                    and d.id = any (cast(:document_ids as uuid[]))
                    and d.deleted_at is null) as document_ids
      from users u
      join tenants t on t.id = u.tenant_id
     where u.id = :user_id and u.tenant_id = :tenant_id
""")  # noqa: S608 - a constant


class PostgresAccess:
    """Each answer is one statement. Raises Unauthenticated for a user whom the tenant does not have."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def account_role(self, user: Identity) -> AccountRole:
        return AccountRole((await self._one(user, _ACCOUNT)).role)

    async def collection_role(self, user: Identity, collection_id: UUID | None) -> Role:
        """None: the default collection. Raises NotFound where the user may not even look."""
        row = await self._one(user, _IN_COLLECTION, collection_id=collection_id)
        if row.role is None:
            raise NotFound("There is no such collection.")
        return Role(row.role)

    async def document_role(self, user: Identity, document_id: UUID) -> Role:
        """The user's role in the document's collection. Raises NotFound where the user may not even look."""
        row = await self._one(user, _OF_DOCUMENT, document_id=document_id)
        if row.role is None:
            raise NotFound("There is no such document.")
        return Role(row.role)

    async def scope(
        self, user: Identity, document_ids: Sequence[UUID] | None, collection_ids: Sequence[UUID] | None
    ) -> Scope:
        """What may be searched of what was asked for, None meaning everything.

        Raises NotFound, naming the first id that is not there or may not be read.
        """
        row = await self._one(user, _SCOPE, document_ids=list(document_ids or ()))
        _all_there("collection", collection_ids or (), row.collection_ids)
        _all_there("document", document_ids or (), row.document_ids)
        if collection_ids is None and row.restricted:
            collection_ids = row.collection_ids
        return Scope(
            epoch=row.epoch,
            collection_ids=_ordered(collection_ids),
            document_ids=_ordered(document_ids),
            embedding_model=row.embedding_model,
        )

    async def _one(self, user: Identity, statement: TextClause, **values: Any) -> Row[Any]:
        named = {"user_id": user.user_id, "tenant_id": user.tenant_id, **values}
        async with self._database.transaction(user.tenant_id) as connection:
            row = (await connection.execute(statement, named)).one_or_none()
        if row is None:
            raise Unauthenticated()
        return row


def _all_there(thing: str, asked: Iterable[UUID], found: Iterable[UUID]) -> None:
    known = set(found)
    for one in asked:
        if one not in known:
            raise NotFound(f"There is no {thing} {one}.")


def _ordered(ids: Iterable[UUID] | None) -> tuple[UUID, ...] | None:
    """Equal scopes have equal ids, whatever the order they came in."""
    return None if ids is None else tuple(sorted(set(ids)))
