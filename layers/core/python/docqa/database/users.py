"""`UserStore`: accounts."""

from uuid import uuid4

from sqlalchemy import exc, insert, select, text

from docqa.core.errors import EmailTaken
from docqa.core.models import Identity
from docqa.database.connection import Database
from docqa.database.errors import constraint_of
from docqa.database.tables import collections, tenants, users

DEFAULT_COLLECTION = "Documents"


class PostgresUsers:
    """E-mail addresses compare without case."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def register(self, *, email: str, password_hash: str) -> Identity:
        """A tenant with its default collection and its first user. Raises EmailTaken."""
        tenant_id = uuid4()
        try:
            async with self._database.transaction(tenant_id) as connection:
                await connection.execute(insert(tenants).values(id=tenant_id, name=email))
                await connection.execute(
                    insert(collections).values(tenant_id=tenant_id, name=DEFAULT_COLLECTION, is_default=True)
                )
                user_id = (
                    await connection.execute(
                        insert(users)
                        .values(tenant_id=tenant_id, email=email, password_hash=password_hash)
                        .returning(users.c.id)
                    )
                ).scalar_one()
        except exc.IntegrityError as error:
            if constraint_of(error) == "users_email_key":
                raise EmailTaken() from error
            raise
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
