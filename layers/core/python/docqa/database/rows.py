"""Pieces of transactions that several stores share."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import ARRAY, BigInteger, bindparam, text
from sqlalchemy.ext.asyncio import AsyncConnection

from docqa.database.postings import remove_versions

_VERSION_IDS = bindparam("version_ids", type_=ARRAY(BigInteger))
# Set by set: the cascade would delete the vectors of one chunk after the other.
_REMOVE_VECTORS = text("delete from vectors where version_id = any(:version_ids)").bindparams(_VERSION_IDS)
_REMOVE_CHUNKS = text("delete from chunks where version_id = any(:version_ids)").bindparams(_VERSION_IDS)


async def lock_tenant(connection: AsyncConnection, tenant_id: UUID) -> None:
    """From here to the commit, nobody else changes what the tenant's searches see. Taken before any other lock."""
    await connection.execute(
        text("select epoch from tenants where id = :tenant_id for no key update"), {"tenant_id": tenant_id}
    )


async def move_epoch(connection: AsyncConnection, tenant_id: UUID) -> None:
    """Results that were cached for the tenant are out of date with the commit."""
    await connection.execute(
        text("update tenants set epoch = epoch + 1 where id = :tenant_id"), {"tenant_id": tenant_id}
    )


async def withdraw(connection: AsyncConnection, tenant_id: UUID, version_ids: Sequence[int]) -> None:
    """From the commit on these versions answer no more; their passages stay. The caller holds the tenant."""
    if await remove_versions(connection, tenant_id, version_ids):
        await move_epoch(connection, tenant_id)


async def remove_passages(connection: AsyncConnection, tenant_id: UUID, version_ids: Sequence[int]) -> None:
    """Postings, vectors and chunks of whole versions. The caller holds the tenant."""
    if version_ids:
        await remove_versions(connection, tenant_id, version_ids)
        await connection.execute(_REMOVE_VECTORS, {"version_ids": list(version_ids)})
        await connection.execute(_REMOVE_CHUNKS, {"version_ids": list(version_ids)})


async def allow_time(connection: AsyncConnection, seconds: int) -> None:
    """For this transaction's statements, each, in place of the connection's limit: large documents move many rows."""
    await connection.execute(
        text("select set_config('statement_timeout', :limit, true)"), {"limit": str(seconds * 1000)}
    )
