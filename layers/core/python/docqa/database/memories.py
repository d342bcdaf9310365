"""`MemoryStore`: what users asked to remember. Each sees, and forgets, his own."""

from uuid import UUID

from sqlalchemy import delete, func, insert, select

from docqa.core.errors import Conflict, NotFound
from docqa.core.models import Memory
from docqa.database.connection import Database
from docqa.database.tables import memories

MOST = 100


class PostgresMemories:
    """Oldest first, at most 100 of a user."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def remember(self, tenant_id: UUID, user_id: UUID, content: str) -> Memory:
        """Raises Conflict when there are too many, DependencyUnavailable."""
        async with self._database.transaction(tenant_id) as connection:
            count = await connection.execute(
                select(func.count()).where(memories.c.tenant_id == tenant_id, memories.c.user_id == user_id)
            )
            if count.scalar_one() >= MOST:
                raise Conflict(f"There are {MOST} memories already. Forget some first.")
            made = await connection.execute(
                insert(memories)
                .values(tenant_id=tenant_id, user_id=user_id, content=content)
                .returning(memories.c.id, memories.c.content, memories.c.created_at)
            )
            row = made.one()
        return Memory(memory_id=row.id, content=row.content, created_at=row.created_at)

    async def remembered(self, tenant_id: UUID, user_id: UUID) -> tuple[Memory, ...]:
        """Raises DependencyUnavailable."""
        async with self._database.transaction(tenant_id) as connection:
            found = await connection.execute(
                select(memories.c.id, memories.c.content, memories.c.created_at)
                .where(memories.c.tenant_id == tenant_id, memories.c.user_id == user_id)
                .order_by(memories.c.created_at, memories.c.id)
            )
            return tuple(Memory(memory_id=row.id, content=row.content, created_at=row.created_at) for row in found)

    async def forget(self, tenant_id: UUID, user_id: UUID, memory_id: UUID | None) -> None:
        """One, or with None all. Raises NotFound, DependencyUnavailable."""
        mine = (memories.c.tenant_id == tenant_id, memories.c.user_id == user_id)
        those = mine if memory_id is None else (*mine, memories.c.id == memory_id)
        async with self._database.transaction(tenant_id) as connection:
            gone = await connection.execute(delete(memories).where(*those))
            if memory_id is not None and gone.rowcount == 0:
                raise NotFound("There is no such memory.")
