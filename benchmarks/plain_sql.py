"""What most people write for hybrid search in PostgreSQL: tsvector with GIN, pgvector with HNSW, reciprocal ranks.

The statement follows pgvector's own example of hybrid search, with as many candidates of each kind as ours has and the
passages' language left out (`simple`), because made words have none. `plainto_tsquery` wants every word of the
question in a passage; joined by "or" it finds what BM25 finds. A table of one tenant, as such a table mostly is.
"""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import psycopg

POOL = 100
SCHEMA = "peer"

_PREPARE = (
    f"drop schema if exists {SCHEMA} cascade",
    f"create schema {SCHEMA}",
    f"""
    create table {SCHEMA}.passages as
    select row_number() over (order by c.version_id, c.ordinal) as id, c.text as content,
           to_tsvector('simple', c.text) as words, v.embedding::vector(384) as embedding
      from chunks c
      join vectors v using (tenant_id, version_id, ordinal)
     where c.tenant_id = %(tenant)s
    """,
    f"create index on {SCHEMA}.passages using gin (words)",
    f"create index on {SCHEMA}.passages using hnsw (embedding vector_cosine_ops)",
    f"alter table {SCHEMA}.passages add primary key (id)",
    f"analyze {SCHEMA}.passages",
)
_HYBRID = f"""
    with near as (
        select id, rank() over (order by embedding <=> %(vector)s::vector) as place
          from {SCHEMA}.passages
         order by embedding <=> %(vector)s::vector
         limit {POOL}
    ),
    matching as (
        select id, rank() over (order by ts_rank(words, question) desc) as place
          from {SCHEMA}.passages, to_tsquery('simple', %(words)s) question
         where words @@ question
         order by ts_rank(words, question) desc
         limit {POOL}
    )
    select id, content, coalesce(1.0 / (60 + near.place), 0) + coalesce(1.0 / (60 + matching.place), 0) as score
      from near
      full join matching using (id)
      join {SCHEMA}.passages using (id)
     order by score desc
     limit %(top_k)s
"""


@dataclass(frozen=True)
class PlainHybrid:
    """Over the passages of one tenant of a loaded database. `every_word`: those that hold all words of the question."""

    connection: psycopg.Connection[Any]
    every_word: bool

    def search(self, words: Sequence[str], vector: Sequence[float], top_k: int = 10) -> list[int]:
        """Numbers of passages, best first."""
        joined = (" & " if self.every_word else " | ").join(words)
        values = {"words": joined, "vector": str([round(float(v), 6) for v in vector]), "top_k": top_k}
        return [row[0] for row in self.connection.execute(_HYBRID, values)]


def prepare(connection: psycopg.Connection[Any], tenant: uuid.UUID) -> None:
    """Copy the tenant's passages into a table of that kind, indexed. As a superuser; minutes for a million."""
    with connection.transaction():
        connection.execute("set local maintenance_work_mem = '2GB'")
        for statement in _PREPARE:
            connection.execute(statement, {"tenant": tenant})
    # As many candidates as are asked for: the default finds 40 and no more.
    connection.execute(f"set hnsw.ef_search = {POOL}")
