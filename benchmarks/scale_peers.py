"""The peers of the latency table, over the passages of one tenant of a loaded database and the same questions."""

import json
import tempfile
import time
import uuid
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import psycopg

from benchmarks import plain_sql
from benchmarks.retrieval_peers import run_peer

Asked = Sequence[tuple[Sequence[str], Sequence[float]]]
"""Words and vector of each question."""


def plain_hybrid(url: str, tenant: uuid.UUID, asked: Asked, *, every_word: bool = False) -> list[float]:
    """Seconds of each question by pgvector and ts_rank. `url`: of a superuser; the peer's table is dropped again."""
    with psycopg.connect(url, autocommit=True) as connection:
        plain_sql.prepare(connection, tenant)
        search = plain_sql.PlainHybrid(connection, every_word).search
        try:
            for words, vector in asked[:5]:
                search(words, vector)
            return [_timed(search, words, vector) for words, vector in asked]
        finally:
            connection.execute(f"drop schema {plain_sql.SCHEMA} cascade".encode())


def _timed(search: Any, words: Sequence[str], vector: Sequence[float]) -> float:
    start = time.perf_counter()
    search(words, vector)
    return time.perf_counter() - start


def bm25s_in_memory(url: str, tenant: uuid.UUID, asked: Asked) -> dict[str, Any]:
    """What peers/keywords_at_scale.py tells: seconds of each question, of the indexing, and bytes held."""
    with tempfile.TemporaryDirectory() as name:
        passages, results = Path(name) / "passages.txt", Path(name) / "results.json"
        statement = "copy (select text from chunks where tenant_id = %s order by version_id, ordinal) to stdout"
        with psycopg.connect(url) as connection, connection.cursor().copy(statement, (tenant,)) as copy:
            passages.write_bytes(b"".join(map(bytes, copy)))
        job = {
            "passages": str(passages),
            "questions": [list(words) for words, _ in asked],
            "results": str(results),
        }
        run_peer("benchmarks.peers.keywords_at_scale", job, Path(name))
        told: dict[str, Any] = json.loads(results.read_text(encoding="utf-8"))
        return told
