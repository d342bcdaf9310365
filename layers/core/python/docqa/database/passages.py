"""Chunks and their vectors: written batch by batch, read back for their embeddings and for the probe."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID, uuid5

from psycopg import AsyncConnection as DriverConnection
from psycopg.types.json import Jsonb
from sqlalchemy import ARRAY, LargeBinary, bindparam, text
from sqlalchemy.ext.asyncio import AsyncConnection

from docqa.core.errors import ProcessingFailed
from docqa.core.models import IndexedChunk, VersionKey
from docqa.database.claims import version_id
from docqa.database.column_types import HalfVector, storable, vector_literal
from docqa.database.connection import Database

_CHUNK_COLUMNS = (
    "id, tenant_id, version_id, ordinal, batch, parent, text, heading_path, page_from, page_to, row_from, row_to,"
    " sheet, char_from, char_to, language, boxes, spans, content_hash, length, terms, frequencies"
)
# COPY does not work under row-level security (manual, "COPY", notes).
_ADD_CHUNK = f"insert into chunks ({_CHUNK_COLUMNS}) values ({', '.join(['%s'] * 22)})"  # noqa: S608
_ADD_VECTOR = "insert into vectors (tenant_id, version_id, ordinal, model, embedding) values (%s, %s, %s, %s, %s)"

_MAX_TF = 32_767

_REPLACE = text("delete from chunks where version_id = :version_id and batch = :batch")

_MODEL = text("select embedding_model from tenants where id = :tenant_id")

_KNOWN = (
    text("""
    select distinct on (c.content_hash) c.content_hash, e.embedding
      from chunks c
      join vectors e on e.version_id = c.version_id and e.ordinal = c.ordinal and e.model = :model
     where c.tenant_id = :tenant_id and c.content_hash = any(:hashes)
""")
    .bindparams(bindparam("hashes", type_=ARRAY(LargeBinary)))
    .columns(embedding=HalfVector())
)

# The passage with the most words: the first one is often a title that other documents share.
_SAMPLE = text("""
    select c.text
      from chunks c
      join document_versions v on v.id = c.version_id
     where v.document_id = :document_id and v.version = :version and v.tenant_id = :tenant_id
     order by c.length desc, c.ordinal
     limit 1
""")


class Passages:
    """The part of `IngestStore` that fills the index."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def embedding_model(self, tenant_id: UUID) -> str | None:
        """Whose vectors the tenant's searches use; None before anything was published."""
        async with self._database.transaction(tenant_id) as connection:
            found = await connection.execute(_MODEL, {"tenant_id": tenant_id})
            chosen: str | None = found.scalar_one_or_none()
        return chosen

    async def known_embeddings(
        self, tenant_id: UUID, model: str, hashes: Sequence[bytes]
    ) -> Mapping[bytes, tuple[float, ...]]:
        """Vectors that the tenant has for these contents by this model, whichever document they came with."""
        async with self._database.transaction(tenant_id) as connection:
            found = await connection.execute(_KNOWN, {"tenant_id": tenant_id, "model": model, "hashes": list(hashes)})
            return {bytes(row.content_hash): row.embedding for row in found}

    async def add_chunks(self, key: VersionKey, chunks: Sequence[IndexedChunk], *, model: str, batch: int) -> None:
        """Store the batch in place of what an earlier try wrote. Raises NotFound when the document was deleted."""
        async with self._database.transaction(key.tenant_id) as connection:
            number = await version_id(connection, key)
            await connection.execute(_REPLACE, {"version_id": number, "batch": batch})
            driver = await _driver(connection)
            async with driver.cursor() as cursor:
                await cursor.executemany(_ADD_CHUNK, [_chunk_row(key, number, batch, chunk) for chunk in chunks])
                await cursor.executemany(_ADD_VECTOR, [_vector_row(key, number, model, chunk) for chunk in chunks])

    async def sample_text(self, key: VersionKey) -> str:
        """Raises ProcessingFailed when nothing is stored."""
        async with self._database.transaction(key.tenant_id) as connection:
            found = (await connection.execute(_SAMPLE, key.model_dump())).scalar_one_or_none()
        if found is None:
            raise ProcessingFailed("No passages of the document are stored.")
        return str(found)


def chunk_id(key: VersionKey, ordinal: int) -> UUID:
    """The same passage has the same id, however often it is written."""
    return uuid5(key.document_id, f"{key.version}/{ordinal}")


async def _driver(connection: AsyncConnection) -> DriverConnection[Any]:
    """psycopg's connection below SQLAlchemy's, in the same transaction: it sends many rows without waiting for each."""
    driver = (await connection.get_raw_connection()).driver_connection
    if not isinstance(driver, DriverConnection):
        raise TypeError(f"The driver must be psycopg, not {type(driver).__name__}")
    return driver


def _chunk_row(key: VersionKey, number: int, batch: int, indexed: IndexedChunk) -> tuple[object, ...]:
    """In the order of `_CHUNK_COLUMNS`."""
    chunk = indexed.chunk
    return (
        chunk_id(key, chunk.ordinal),
        key.tenant_id,
        number,
        chunk.ordinal,
        batch,
        chunk.parent,
        storable(chunk.text),
        [storable(heading) for heading in chunk.heading_path],
        chunk.page_from,
        chunk.page_to,
        chunk.row_from,
        chunk.row_to,
        None if chunk.sheet is None else storable(chunk.sheet),
        chunk.char_from,
        chunk.char_to,
        chunk.language,
        Jsonb([box.model_dump() for box in chunk.boxes]),
        Jsonb([span.model_dump() for span in chunk.spans]),
        indexed.content_hash,
        sum(indexed.terms.values()),
        [storable(term) for term in indexed.terms],
        [min(tf, _MAX_TF) for tf in indexed.terms.values()],
    )


def _vector_row(key: VersionKey, number: int, model: str, indexed: IndexedChunk) -> tuple[object, ...]:
    return key.tenant_id, number, indexed.chunk.ordinal, model, vector_literal(indexed.embedding)
