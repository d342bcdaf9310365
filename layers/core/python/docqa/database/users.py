"""`UserStore`: accounts."""

from uuid import UUID, uuid4

from sqlalchemy import exc, insert, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from docqa.core.errors import EmailTaken, InvalidInvitation
from docqa.core.models import AccountRole, Identity, Invitation, Role
from docqa.database.connection import Database
from docqa.database.errors import constraint_of
from docqa.database.tables import collection_members, collections, tenants, users

DEFAULT_COLLECTION = "Documents"


class PostgresUsers:
    """E-mail addresses compare without case."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def register(self, *, email: str, password_hash: str) -> Identity:
        """A tenant with its first user, an admin, and a default collection for everyone. Raises EmailTaken."""
        tenant_id = uuid4()
        try:
            async with self._database.transaction(tenant_id) as connection:
                await connection.execute(insert(tenants).values(id=tenant_id, name=email))
                user_id = await _add(connection, tenant_id, email, password_hash, AccountRole.ADMIN)
                await _add_default_collection(connection, tenant_id, user_id)
        except exc.IntegrityError as error:
            raise _translated(error) from error
        return Identity(user_id=user_id, tenant_id=tenant_id, email=email)

    async def join(self, invitation: Invitation, *, password_hash: str) -> Identity:
        """A user more of the tenant that invited. Raises EmailTaken, InvalidInvitation for a tenant that is gone."""
        tenant_id, email = invitation.tenant_id, invitation.email
        try:
            async with self._database.transaction(tenant_id) as connection:
                user_id = await _add(connection, tenant_id, email, password_hash, invitation.role)
        except exc.IntegrityError as error:
            raise _translated(error) from error
        return Identity(user_id=user_id, tenant_id=tenant_id, email=email)

    async def by_email(self, email: str) -> tuple[Identity, str] | None:
        """The account and its password hash."""
        async with self._database.system() as connection:
            found = await connection.execute(
                select(users).where(text("lower(email) = lower(:email)")).params(email=email.replace("\x00", ""))
            )
            row = found.one_or_none()
        if row is None:
            return None
        return Identity(user_id=row.id, tenant_id=row.tenant_id, email=row.email), row.password_hash


async def _add(connection: AsyncConnection, tenant_id: UUID, email: str, password_hash: str, role: AccountRole) -> UUID:
    values = {"tenant_id": tenant_id, "email": email, "password_hash": password_hash, "role": role.value}
    made: UUID = (await connection.execute(insert(users).values(values).returning(users.c.id))).scalar_one()
    return made


async def _add_default_collection(connection: AsyncConnection, tenant_id: UUID, owner_id: UUID) -> None:
    made = await connection.execute(
        insert(collections)
        .values(tenant_id=tenant_id, name=DEFAULT_COLLECTION, is_default=True, everyone=Role.EDITOR.value)
        .returning(collections.c.id)
    )
    await connection.execute(
        insert(collection_members).values(
            tenant_id=tenant_id, collection_id=made.scalar_one(), user_id=owner_id, role=Role.OWNER.value
        )
    )


def _translated(error: exc.IntegrityError) -> Exception:
    match constraint_of(error):
        case "users_email_key":
            return EmailTaken()
        case "users_tenant_id_fkey":
            return InvalidInvitation()
        case _:
            return error
