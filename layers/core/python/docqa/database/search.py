"""`SearchIndex`: first-stage retrieval in the one statement of `search.sql`."""

import zlib
from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping, TextClause, text
from sqlalchemy.ext.asyncio import AsyncConnection

from docqa.core.models import Box, Filters, Hit, SearchQuery, Span
from docqa.database.column_types import storable, vector_literal
from docqa.database.connection import Database

EXACT_BELOW = 20_000
"""Vectors that are compared one by one (12 ms); more are looked for in the tenant's index (3 to 10 ms)."""

PRUNE_ABOVE = 20_000
"""Postings from which putting off the most frequent terms pays."""

_DIMENSIONS_WITHOUT_VECTOR = 1

# Candidates that a search of a vector index keeps: more in a larger graph, for the same recall. With 200 it finds .998
# of the nearest ten among 100,000 made vectors and .94 among a million, with 632 there .98 (benchmarks/RESULTS.md).
_BREADTH = text("""
    select set_config('hnsw.ef_search', cast(least(greatest(wide, 200), 1000) as text), true)
      from (select *, cast(200 * sqrt(chunk_count / 100000.0) as integer) as wide from tenants) t
     where id = :tenant_id
""")

# Two steps of the statement fuse in the same way. Equal scores all count 1, as none is worse than another.
_LIMITS = """
    select min(dense) as dense_low, nullif(max(dense) - min(dense), 0) as dense_range,
           min(lexical) as lexical_low, nullif(max(lexical) - min(lexical), 0) as lexical_range,
           case when max(lexical) > 0 then cast(:dense_weight as float8) else 1 end as weight
"""
_FUSED = """
    case when s.dense is null then coalesce((s.lexical - l.lexical_low) / l.lexical_range, 1)
         when s.lexical is null then coalesce((s.dense - l.dense_low) / l.dense_range, 1)
         else l.weight * coalesce((s.dense - l.dense_low) / l.dense_range, 1)
              + (1 - l.weight) * coalesce((s.lexical - l.lexical_low) / l.lexical_range, 1) end
"""


class PostgresSearchIndex:
    """What is not published, deleted or another tenant's is never found."""

    def __init__(self, database: Database, *, exact_below: int = EXACT_BELOW, prune_above: int = PRUNE_ABOVE) -> None:
        self._database = database
        self._limits = {"exact_below": exact_below, "prune_above": prune_above}

    async def find(
        self,
        query: SearchQuery,
        *,
        vector: tuple[float, ...] | None,
        model: str,
        terms: Sequence[str],
        pool: int,
        dense_weight: float = 0.5,
        feedback: float = 0.0,
    ) -> list[Hit]:
        """Best first, at most `query.top_k`; dense-only without terms, lexical-only without a vector.

        `pool` is the number of candidates of each kind. Raises DependencyUnavailable.
        """
        values = {
            "tenant_id": query.tenant_id,
            **_narrowed(query),
            "vector": None if vector is None else vector_literal(vector),
            "model": model,
            "index": index_name(query.tenant_id, model),
            "terms": [storable(term) for term in terms],
            "pool": pool,
            "top_k": query.top_k,
            "dense_weight": dense_weight,
            "feedback": feedback,
            **self._limits,
        }
        dimensions = _DIMENSIONS_WITHOUT_VECTOR if vector is None else len(vector)
        async with self._database.transaction(query.tenant_id) as connection:
            if vector is not None:
                await broaden(connection, query.tenant_id)
            found = (await connection.execute(statement(dimensions), values)).mappings().all()
        return [hit_of(row, rank) for rank, row in enumerate(found, start=1)]


async def broaden(connection: AsyncConnection, tenant_id: UUID) -> None:
    """Look as widely as the tenant's index needs, until the transaction ends."""
    await connection.execute(_BREADTH, {"tenant_id": tenant_id})


def index_name(tenant_id: UUID, model: str) -> str:
    """Of the tenant's index of vectors by this model; see `indexes`."""
    return f"vectors_hnsw_{tenant_id.hex}_{zlib.crc32(model.encode()):08x}"


def _narrowed(query: SearchQuery) -> dict[str, Any]:
    """Parameters of what a search is narrowed to."""
    limits: dict[str, Any] = {
        "document_ids": None if query.document_ids is None else list(query.document_ids),
        "collection_ids": None if query.collection_ids is None else list(query.collection_ids),
        **{name: getattr(query.filters, name) for name in Filters.model_fields},
    }
    formats = query.filters.formats
    limits["formats"] = None if formats is None else [format.value for format in formats]
    paged = limits["page_from"] is not None or limits["page_to"] is not None
    return {**limits, "paged": paged, "narrowed": any(limit is not None for limit in limits.values())}


def hit_of(row: RowMapping, rank: int) -> Hit:
    return Hit(
        **{
            **row,
            "boxes": tuple(Box(**box) for box in row["boxes"]),
            "spans": tuple(Span(**span) for span in row["spans"]),
            "heading_path": tuple(row["heading_path"]),
        },
        rank=rank,
    )


# What the entries of some terms add to the scores of their passages (`postings.py` says how they are packed). Blocks
# that a narrowed search cannot want are passed over.
_SCORES = """
    select block * 2048 + (entry >> 20) as slot,
           bound * ((entry >> 12) & 255)::float8
           / (((entry >> 12) & 255)::float8 + 0.3::float8 + slope * (entry & 4095)::float8) as score
      from (select p.block, t.bound, 0.9::float8 / s.average_length as slope, unnest(p.entries) as entry
              from {terms} t
             cross join scope s
              join postings p on p.tenant_id = :tenant_id and p.term = t.term
             where {condition}
               and (not :narrowed or int4range(p.block * 2048, p.block * 2048 + 2048) && s.slots)) entries
"""
_ON_PAGES = """
    page_from <= coalesce(cast(:page_to as integer), page_from)
    and page_to >= coalesce(cast(:page_from as integer), page_to)
"""
_PARTS = {
    "on pages": _ON_PAGES,
    "fused": _FUSED,
    "limits": _LIMITS,
    "scores of rare": _SCORES.format(terms="weights", condition="t.rare"),
    "scores of counted": _SCORES.format(terms="terms", condition="t.turn = 'counted'"),
    "scores of put off": _SCORES.format(terms="terms", condition="t.turn = 'put off'"),
}


@cache
def statement(dimensions: int) -> TextClause:
    """`search.sql` for vectors of this length, which an index is bound to."""
    lines = files("docqa.database").joinpath("search.sql").read_text(encoding="utf-8").splitlines()
    # SQLAlchemy would take a colon in a comment for a parameter.
    sql = "\n".join(line for line in lines if not line.lstrip().startswith("--"))
    for name, part in {**_PARTS, "dimensions": str(dimensions)}.items():
        sql = sql.replace(f"{{{name}}}", part)
    return text(sql)
