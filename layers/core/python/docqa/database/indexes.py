"""One HNSW index a large tenant and model, built and dropped while everything else goes on.

Partial, because a graph over all tenants would make each search wade through the vectors of the others, and fall short
where a tenant has few of them; a tenant without an index is compared with exactly (`search.EXACT_BELOW`).
"""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import text

from docqa.core.errors import NotFound
from docqa.database.connection import Database
from docqa.database.search import EXACT_BELOW, broaden, index_name

M, EF_CONSTRUCTION = 16, 64
"""Links of a vector and candidates while building: pgvector's defaults."""

_BYTES_OF_A_VECTOR = 1_400
"""What building takes for each at 384 dimensions; where it does not fit, building slows down to a crawl."""

_MOST_MEMORY = 2 * 1024**3

_STATE = text("""
    select t.id as tenant_id, m.model, t.chunk_count as vectors, vector_dims(e.embedding) as dimensions
      from tenants t
     cross join lateral (select distinct model
                           from unnest(array[t.embedding_model, t.next_embedding_model]) as model) m
     cross join lateral (select e.embedding
                           from document_versions v
                           join vectors e on e.version_id = v.id and e.model = m.model
                          where v.tenant_id = t.id
                          limit 1) e
     where t.chunk_count > :above
     order by t.chunk_count desc
""")

_EXISTING = text("""
    select c.relname as name, i.indisvalid as valid
      from pg_index i
      join pg_class c on c.oid = i.indexrelid
     where i.indrelid = 'vectors'::regclass and c.relname like 'vectors\\_hnsw\\_%'
""")

_SAMPLE = text("""
    select e.embedding
      from document_versions v
      join vectors e on e.version_id = v.id and e.model = :model
     where v.tenant_id = :tenant_id and v.slot_from is not null
     order by random()
     limit :samples
""")

_NEAREST = """
    select cast(e.embedding as halfvec({0})) <=> cast(:vector as halfvec({0}))
      from vectors e
     where e.tenant_id = :tenant_id and e.model = :model
     order by (cast(e.embedding as halfvec({0})) <=> cast(:vector as halfvec({0}))) {1}
     limit :top_k
"""

_SAME = 1e-6
"""Distances that differ by less are equal."""
_LOCK = 7_203_114_502
"""Held by the connection that builds, also when the caller is long gone: who does not get it leaves."""


@dataclass(frozen=True)
class VectorIndex:
    """The index that a tenant should have; `vectors` there are about."""

    tenant_id: UUID
    model: str
    dimensions: int
    vectors: int

    @property
    def name(self) -> str:
        return index_name(self.tenant_id, self.model)

    def definition(self) -> str:
        """DDL; the index serves the order of the dense arm in `search.sql`."""
        model = self.model.replace("'", "''")
        return (
            f"create index concurrently {self.name} on vectors"
            f" using hnsw ((embedding::halfvec({self.dimensions})) halfvec_cosine_ops)"
            f" with (m = {M}, ef_construction = {EF_CONSTRUCTION})"
            f" where tenant_id = '{self.tenant_id}' and model = '{model}'"
        )


class VectorIndexes:
    """`IndexStore`: what the schedule keeps in order, one index at a time in the whole database."""

    def __init__(self, database: Database, *, above: int = EXACT_BELOW) -> None:
        self._database = database
        self._above = above

    async def tend(self) -> tuple[list[str], list[str]]:
        """Drop what is useless, build what is missing: (names built, names dropped). Does nothing beside another run.

        Searches and writes go on meanwhile. An interrupted build leaves an invalid index, which the next run drops.
        """
        async with self._database.owner() as connection:
            if not (await connection.execute(text("select pg_try_advisory_lock(:lock)"), {"lock": _LOCK})).scalar_one():
                return [], []
            wanted = await self.wanted()
            existing = {row.name: row.valid for row in await connection.execute(_EXISTING)}
            useless = [name for name, valid in existing.items() if not valid or name not in wanted]
            for name in useless:
                await connection.execute(text(f"drop index concurrently if exists {name}"))
            missing = [
                index for name, index in wanted.items() if not existing.get(name) and index.vectors > self._above
            ]
            for index in missing:
                memory = min(max(index.vectors * _BYTES_OF_A_VECTOR, 64 * 1024**2), _MOST_MEMORY)
                await connection.execute(text(f"set maintenance_work_mem = '{memory // 1024}kB'"))
                await connection.execute(text(index.definition()))
        return [index.name for index in missing], useless

    async def wanted(self) -> dict[str, VectorIndex]:
        """By name, the largest tenant first. One stays until its tenant has shrunk to half of what it is built for."""
        async with self._database.system() as connection:
            found = await connection.execute(_STATE, {"above": self._above // 2})
            indexes = [VectorIndex(**row) for row in found.mappings()]
        return {index.name: index for index in indexes}

    async def valid(self) -> list[str]:
        """Names of the indexes that searches use, those of the largest tenants first."""
        wanted = await self.wanted()
        async with self._database.system() as connection:
            existing = {row.name for row in await connection.execute(_EXISTING) if row.valid}
        return [name for name in wanted if name in existing]

    async def recall(self, name: str, *, samples: int = 5, top_k: int = 10) -> float:
        """Share of the nearest `top_k` by comparing with all that the index finds, too, for random vectors of its own.

        What is as near as the last of them is as good: which of equals comes first is chance. Raises NotFound.
        """
        index = (await self.wanted()).get(name)
        if index is None:
            raise NotFound("There is no such index.")
        scope = {"tenant_id": index.tenant_id, "model": index.model}
        shares = []
        async with self._database.transaction(index.tenant_id) as connection:
            await broaden(connection, index.tenant_id)
            vectors = (await connection.execute(_SAMPLE, {**scope, "samples": samples})).scalars().all()
            for vector in vectors:
                # the vector itself is always found
                values = {**scope, "vector": vector, "top_k": top_k + 1}
                by_index, exact = [
                    (await connection.execute(text(_NEAREST.format(index.dimensions, how)), values)).scalars().all()
                    for how in ("", "+ 0")
                ]
                near = sum(distance <= exact[-1] + _SAME for distance in by_index)
                shares.append((near - 1) / max(len(exact) - 1, 1))
        return sum(shares) / len(shares) if shares else 1.0
