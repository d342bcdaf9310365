"""`SearchIndex`: first-stage retrieval, exact, in the one statement of `search.sql`."""

from collections.abc import Sequence
from functools import cache
from importlib.resources import files

from sqlalchemy import TextClause, text

from docqa.core.models import Box, Hit, SearchQuery, Span
from docqa.database.column_types import storable, vector_literal
from docqa.database.connection import Database


class PostgresSearchIndex:
    """What is not published, deleted or another tenant's is never found."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def find(
        self, query: SearchQuery, *, vector: tuple[float, ...] | None, terms: Sequence[str], pool: int
    ) -> list[Hit]:
        """Best first, at most `query.top_k`; dense-only without terms, lexical-only without a vector.

        `pool` is the number of candidates of each kind. Raises DependencyUnavailable.
        """
        values = {
            "tenant_id": query.tenant_id,
            "document_ids": None if query.document_ids is None else list(query.document_ids),
            "collection_ids": None if query.collection_ids is None else list(query.collection_ids),
            "vector": None if vector is None else vector_literal(vector),
            "terms": [storable(term) for term in terms],
            "pool": pool,
            "top_k": query.top_k,
        }
        async with self._database.transaction() as connection:
            found = (await connection.execute(_statement(), values)).mappings().all()
        return [
            Hit(
                **{
                    **row,
                    "boxes": tuple(Box(**box) for box in row["boxes"]),
                    "spans": tuple(Span(**span) for span in row["spans"]),
                    "heading_path": tuple(row["heading_path"]),
                },
                rank=rank,
            )
            for rank, row in enumerate(found, start=1)
        ]


@cache
def _statement() -> TextClause:
    lines = files("docqa.database").joinpath("search.sql").read_text(encoding="utf-8").splitlines()
    # SQLAlchemy would take a colon in a comment for a parameter.
    return text("\n".join(line for line in lines if not line.lstrip().startswith("--")))
