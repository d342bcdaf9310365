"""`MemberStore`: whom a collection is shared with."""

from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from docqa.core.errors import LastOwner, NotFound
from docqa.core.models import Member, Role
from docqa.database.connection import Database

_MEMBERS = text("""
    select m.user_id, u.email, m.role
      from collection_members m
      join users u on u.id = m.user_id
     where m.tenant_id = :tenant_id and m.collection_id = :collection_id
     order by lower(u.email)
""")

# Held to the commit, so that of two owners who remove each other one stays.
_LOCK = text("""
    select id from collections
     where id = :collection_id and tenant_id = :tenant_id and deleted_at is null
       for no key update
""")

_USER = text("""
    select id, email from users where tenant_id = :tenant_id and (lower(email) = lower(:who) or id::text = lower(:who))
""")

_SET = text("""
    insert into collection_members (tenant_id, collection_id, user_id, role)
    values (:tenant_id, :collection_id, :user_id, :role)
    on conflict (collection_id, user_id) do update set role = excluded.role
""")

_REMOVE = text("""
    delete from collection_members
     where tenant_id = :tenant_id and collection_id = :collection_id and user_id = :user_id
""")

_OWNERS = text("""
    select count(*) from collection_members
     where tenant_id = :tenant_id and collection_id = :collection_id and role = 'owner'
""")

_EVERYONE = text("""
    update collections set everyone = :role
     where id = :collection_id and tenant_id = :tenant_id and deleted_at is null
""")


class PostgresMembers:
    """Users of the same tenant only: to it, accounts of others do not exist."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def list_members(self, tenant_id: UUID, collection_id: UUID) -> list[Member]:
        """By e-mail address."""
        async with self._database.transaction(tenant_id) as connection:
            found = await connection.execute(_MEMBERS, {"tenant_id": tenant_id, "collection_id": collection_id})
            return [Member(user_id=row.user_id, email=row.email, role=Role(row.role)) for row in found]

    async def set_member(self, tenant_id: UUID, collection_id: UUID, *, who: str, role: Role) -> Member:
        """Share with the user of this e-mail address or id, or change the role. Raises NotFound, LastOwner."""
        async with self._database.transaction(tenant_id) as connection:
            named = await _locked(connection, tenant_id, collection_id)
            user_id, email = await _user(connection, tenant_id, who)
            owners = await _owners(connection, named)
            await connection.execute(_SET, {**named, "user_id": user_id, "role": role.value})
            await _keep_an_owner(connection, named, of=owners)
        return Member(user_id=user_id, email=email, role=role)

    async def remove_member(self, tenant_id: UUID, collection_id: UUID, *, who: str) -> None:
        """Raises NotFound, also for somebody who is no member, and LastOwner."""
        async with self._database.transaction(tenant_id) as connection:
            named = await _locked(connection, tenant_id, collection_id)
            user_id, _ = await _user(connection, tenant_id, who)
            owners = await _owners(connection, named)
            removed = await connection.execute(_REMOVE, {**named, "user_id": user_id})
            if removed.rowcount == 0:
                raise NotFound("The collection is not shared with this person.")
            await _keep_an_owner(connection, named, of=owners)

    async def set_everyone(self, tenant_id: UUID, collection_id: UUID, *, role: Role | None) -> None:
        """What every user of the tenant may do: viewer, editor, or None for nothing. Raises NotFound."""
        async with self._database.transaction(tenant_id) as connection:
            named = await _locked(connection, tenant_id, collection_id)
            await connection.execute(_EVERYONE, {**named, "role": None if role is None else role.value})


async def _locked(connection: AsyncConnection, tenant_id: UUID, collection_id: UUID) -> dict[str, UUID]:
    named = {"tenant_id": tenant_id, "collection_id": collection_id}
    if (await connection.execute(_LOCK, named)).one_or_none() is None:
        raise NotFound("There is no such collection.")
    return named


async def _user(connection: AsyncConnection, tenant_id: UUID, who: str) -> tuple[UUID, str]:
    found = await connection.execute(_USER, {"tenant_id": tenant_id, "who": who.replace("\x00", "")})
    row = found.one_or_none()
    if row is None:
        raise NotFound("Nobody with this e-mail address has joined you. Send an invitation first.")
    return row.id, row.email


async def _owners(connection: AsyncConnection, named: dict[str, UUID]) -> int:
    return int((await connection.execute(_OWNERS, named)).scalar_one())


async def _keep_an_owner(connection: AsyncConnection, named: dict[str, UUID], *, of: int) -> None:
    """After a change of a collection with `of` owners; raising takes the change back. Raises LastOwner."""
    if of > 0 and await _owners(connection, named) == 0:
        raise LastOwner()
