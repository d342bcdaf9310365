"""`ToolGrants`: which tools the owners of collections have allowed."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert

from docqa.core.errors import NotFound
from docqa.core.models.tools import ToolGrant
from docqa.database.connection import Database
from docqa.database.tables import collections, tool_grants

_TOLD = (
    tool_grants.c.collection_id,
    tool_grants.c.server,
    tool_grants.c.tool,
    tool_grants.c.digest,
    tool_grants.c.confirm,
)


class PostgresToolGrants:
    """Those of deleted collections do not count."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def of(self, tenant_id: UUID, collection_ids: Sequence[UUID] | None) -> tuple[ToolGrant, ...]:
        """None: of all collections. Raises DependencyUnavailable."""
        query = (
            select(*_TOLD)
            .join(collections, collections.c.id == tool_grants.c.collection_id)
            .where(tool_grants.c.tenant_id == tenant_id, collections.c.deleted_at.is_(None))
            .order_by(tool_grants.c.server, tool_grants.c.tool, tool_grants.c.collection_id)
        )
        if collection_ids is not None:
            query = query.where(tool_grants.c.collection_id.in_(collection_ids))
        async with self._database.transaction(tenant_id) as connection:
            return tuple(ToolGrant(**row) for row in (await connection.execute(query)).mappings())

    async def allow(self, tenant_id: UUID, user_id: UUID, grant: ToolGrant) -> None:
        """In place of an earlier grant of the same tool. Raises DependencyUnavailable."""
        made = insert(tool_grants).values(tenant_id=tenant_id, granted_by=user_id, **grant.model_dump())
        again = {name: made.excluded[name] for name in ("digest", "confirm", "granted_by")}
        async with self._database.transaction(tenant_id) as connection:
            await connection.execute(
                made.on_conflict_do_update(index_elements=["collection_id", "server", "tool"], set_=again)
            )

    async def withdraw(self, tenant_id: UUID, collection_id: UUID, server: str, tool: str) -> None:
        """Raises NotFound, DependencyUnavailable."""
        that = (
            tool_grants.c.tenant_id == tenant_id,
            tool_grants.c.collection_id == collection_id,
            tool_grants.c.server == server,
            tool_grants.c.tool == tool,
        )
        async with self._database.transaction(tenant_id) as connection:
            if (await connection.execute(delete(tool_grants).where(*that))).rowcount == 0:
                raise NotFound("This tool is not allowed there.")
