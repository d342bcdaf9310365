"""`PassageReader`: passages by themselves and in the order of their document, of what the user may read."""

from typing import Any
from uuid import UUID

from sqlalchemy import text

from docqa.core.errors import NotFound
from docqa.core.models import Hit
from docqa.database.connection import Database
from docqa.database.roles import ROLE
from docqa.database.search import hit_of

_READ = text(f"""
    select k.id as chunk_id, d.id as document_id, v.filename, v.version, k.page_from, k.page_to, k.row_from, k.row_to,
           k.sheet, k.boxes, k.spans, k.heading_path, k.text, 1.0 as score
      from chunks k
      join document_versions v on v.id = k.version_id
      join documents d on d.id = v.document_id and d.active_version = v.version and d.deleted_at is null
      join collections c on c.id = d.collection_id and c.deleted_at is null
      join users u on u.tenant_id = d.tenant_id and u.id = :user_id
      left join collection_members m on m.collection_id = c.id and m.user_id = u.id
     where k.tenant_id = :tenant_id
       and d.tenant_id = :tenant_id
       and (cast(:chunk_id as uuid) is null or k.id = :chunk_id)
       and (cast(:document_id as uuid) is null or d.id = :document_id)
       and (cast(:page as integer) is null or :page between k.page_from and k.page_to)
       and {ROLE} is not null
     order by k.ordinal
     limit :most
""")  # noqa: S608 - a constant


class PostgresPassageReader:
    """What is not published, deleted, another tenant's or not shared with the user is not there."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def passage(self, tenant_id: UUID, user_id: UUID, chunk_id: UUID) -> Hit:
        """Raises NotFound, DependencyUnavailable."""
        found = await self._read(tenant_id, user_id, chunk_id=chunk_id)
        if not found:
            raise NotFound("There is no such passage.")
        return found[0]

    async def document(
        self, tenant_id: UUID, user_id: UUID, document_id: UUID, *, page: int | None = None, most: int = 400
    ) -> list[Hit]:
        """In order, the first `most`. Raises NotFound where there is none, DependencyUnavailable."""
        found = await self._read(tenant_id, user_id, document_id=document_id, page=page, most=most)
        if not found:
            raise NotFound("There is no such document or page, or it is not ready.")
        return found

    async def _read(
        self,
        tenant_id: UUID,
        user_id: UUID,
        *,
        chunk_id: UUID | None = None,
        document_id: UUID | None = None,
        page: int | None = None,
        most: int = 1,
    ) -> list[Hit]:
        values: dict[str, Any] = {"chunk_id": chunk_id, "document_id": document_id, "page": page, "most": most}
        async with self._database.transaction(tenant_id) as connection:
            rows = await connection.execute(_READ, {**values, "tenant_id": tenant_id, "user_id": user_id})
            return [hit_of(row, rank) for rank, row in enumerate(rows.mappings(), start=1)]
