"""`Preferences`: what users have chosen for their questions to language models."""

from uuid import UUID

from sqlalchemy import select, update

from docqa.core.models.chat import Preference
from docqa.database.connection import Database
from docqa.database.tables import users


class PostgresPreferences:
    """The order of providers; keys of one's own are not stored yet."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def of(self, tenant_id: UUID, user_id: UUID) -> Preference:
        """Raises DependencyUnavailable."""
        async with self._database.transaction(tenant_id) as connection:
            found = await connection.execute(
                select(users.c.provider_chain).where(users.c.id == user_id, users.c.tenant_id == tenant_id)
            )
            return Preference(chain=found.scalar_one_or_none() or "")

    async def set_chain(self, tenant_id: UUID, user_id: UUID, chain: str) -> None:
        """ "" for the platform's order. Raises DependencyUnavailable."""
        async with self._database.transaction(tenant_id) as connection:
            await connection.execute(
                update(users)
                .where(users.c.id == user_id, users.c.tenant_id == tenant_id)
                .values(provider_chain=chain or None)
            )
