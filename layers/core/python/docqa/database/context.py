"""`PassageContext`: what stands around passages, in one statement."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from sqlalchemy import ARRAY, Uuid, bindparam, text

from docqa.core.models import Surroundings
from docqa.database.connection import Database

SECTION_REACH = 20
"""Passages of a section on either side: 4,000 tokens at the default size, more than any reader of an answer takes."""

_AROUND = text("""
    select h.id as chunk_id, c.ordinal < h.ordinal as before, c.text
      from chunks h
      join document_versions v on v.id = h.version_id
      join documents d on d.id = v.document_id and d.active_version = v.version
      join chunks c on c.version_id = h.version_id
                   and c.ordinal between h.ordinal - :reach and h.ordinal + :reach
                   and c.ordinal <> h.ordinal
     where h.tenant_id = :tenant_id
       and h.id = any (:chunk_ids)
       and d.tenant_id = :tenant_id
       and d.deleted_at is null
       and (abs(c.ordinal - h.ordinal) <= :window or (:parents and c.parent = h.parent))
     order by h.id, c.ordinal
""").bindparams(bindparam("chunk_ids", type_=ARRAY(Uuid)))


class PostgresPassageContext:
    """A passage that is not published, deleted or another tenant's has no surroundings."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def around(
        self, tenant_id: UUID, chunk_ids: Sequence[UUID], *, window: int, parents: bool
    ) -> Mapping[UUID, Surroundings]:
        """`window` passages on either side, with `parents` the section's as well, at most SECTION_REACH on a side.

        A passage that stands alone is left out. Raises DependencyUnavailable.
        """
        values = {
            "tenant_id": tenant_id,
            "chunk_ids": list(chunk_ids),
            "window": window,
            "parents": parents,
            "reach": max(window, SECTION_REACH if parents else 0),
        }
        before: dict[UUID, list[str]] = {}
        after: dict[UUID, list[str]] = {}
        async with self._database.transaction(tenant_id) as connection:
            for row in await connection.execute(_AROUND, values):
                (before if row.before else after).setdefault(row.chunk_id, []).append(row.text)
        return {
            chunk_id: Surroundings(before=tuple(before.get(chunk_id, ())), after=tuple(after.get(chunk_id, ())))
            for chunk_id in before.keys() | after.keys()
        }
