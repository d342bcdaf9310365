"""Pieces of transactions that several stores share."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import ARRAY, BigInteger, bindparam, text
from sqlalchemy.ext.asyncio import AsyncConnection

_VERSION_IDS = bindparam("version_ids", type_=ARRAY(BigInteger))
# Set by set: the cascade would delete the postings of one chunk after the other.
_REMOVE_POSTINGS = text("delete from postings where version_id = any(:version_ids)").bindparams(_VERSION_IDS)
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


async def remove_passages(connection: AsyncConnection, version_ids: Sequence[int]) -> None:
    """Chunks and postings of whole versions."""
    if version_ids:
        await connection.execute(_REMOVE_POSTINGS, {"version_ids": list(version_ids)})
        await connection.execute(_REMOVE_CHUNKS, {"version_ids": list(version_ids)})
