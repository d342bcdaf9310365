"""Bulk loading of made passages into the real tables: what ingestion would leave there, without its chain."""

import struct
import uuid
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from itertools import repeat
from typing import Any

import psycopg

from benchmarks.scale_data import DIMENSIONS, PASSAGES, Corpus, Passages, word
from docqa.database.postings import PACKED

MODEL = "made-vectors"
_HEAD = struct.pack(">hh", DIMENSIONS, 0)
"""What pgvector sends before the floats of a `halfvec`."""

LOADERS = 2
"""Processes that make passages and copy them."""

PARTS = 100_000
"""Slots whose postings are made by one statement."""

_CHUNKS = """
    copy chunks (id, tenant_id, version_id, ordinal, batch, parent, text, heading_path, page_from, page_to, char_from,
                 char_to, language, boxes, spans, content_hash, length, terms, frequencies) from stdin
"""
_VECTORS = "copy vectors (tenant_id, version_id, ordinal, model, embedding) from stdin (format binary)"
_POSTINGS = f"""
    insert into postings as p (tenant_id, term, block, df, entries)
    select tenant_id, term, slot / 2048, count(*),
           array_agg({PACKED.replace("%", "%%")} order by slot)
      from (select c.tenant_id, v.slot_from + c.ordinal as slot, c.length, u.term, u.tf
              from document_versions v
              join chunks c on c.version_id = v.id
             cross join unnest(c.terms, c.frequencies) as u(term, tf)
             where v.id between %s and %s) found
     group by tenant_id, term, slot / 2048
        on conflict (tenant_id, term, block)
        do update set df = p.df + excluded.df, entries = p.entries || excluded.entries
"""

_TOKENS = """
    update document_versions v set token_count = c.tokens
      from (select version_id, sum(length) as tokens from chunks group by 1) c where c.version_id = v.id
"""
_TOTALS = """
    update tenants t set chunk_count = v.chunks, token_count = v.tokens, next_slot = v.chunks
      from (select tenant_id, sum(chunk_count) as chunks, sum(token_count) as tokens
              from document_versions group by 1) v
     where v.tenant_id = t.id
"""


def load(url: str, corpus: Corpus, passages: int, tenants: int) -> list[uuid.UUID]:
    """Documents of 50 passages, dealt out to the tenants one after the other; the tenants' ids.

    Connects as a superuser: COPY does not work under row-level security.
    """
    ids = [uuid.UUID(int=number + 1) for number in range(tenants)]
    with psycopg.connect(url) as connection:
        versions = _documents(connection, ids, passages)
    shares = [versions[start::LOADERS] for start in range(LOADERS)]
    with ProcessPoolExecutor(LOADERS) as pool:
        list(pool.map(_copy, repeat(url), repeat(corpus), shares, repeat(passages)))
    with psycopg.connect(url) as connection:
        connection.execute(_TOKENS)
        step = PARTS // PASSAGES
        for start in range(1, len(versions) + 1, step):
            connection.execute(_POSTINGS, (start, start + step - 1))
        connection.execute(_TOTALS)
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("vacuum analyze")
    return ids


def _copy(url: str, corpus: Corpus, versions: Sequence[tuple[int, uuid.UUID]], passages: int) -> None:
    """Passages and vectors of these versions, which are numbered as their documents are, from 1."""
    with psycopg.connect(url) as connection, connection.cursor() as cursor:
        with cursor.copy(_CHUNKS) as copy:
            for version, tenant in versions:
                for row in _chunk_rows(version, tenant, corpus.document(version - 1, _of_document(version, passages))):
                    copy.write_row(row)
        with cursor.copy(_VECTORS) as copy:
            copy.set_types(["uuid", "int8", "int4", "text", "bytea"])  # bytes go as they are
            for version, tenant in versions:
                found = corpus.document(version - 1, _of_document(version, passages))
                for ordinal, vector in enumerate(found.vectors.astype(">f2")):
                    copy.write_row((tenant, version, ordinal, MODEL, _HEAD + vector.tobytes()))


def _of_document(version: int, passages: int) -> int:
    return min(PASSAGES, passages - (version - 1) * PASSAGES)


def _documents(connection: psycopg.Connection[Any], ids: list[uuid.UUID], passages: int) -> list[tuple[int, uuid.UUID]]:
    """(version id, tenant) of each document, ready and placed."""
    connection.cursor().executemany(
        "insert into tenants (id, name, embedding_model) values (%s, %s, %s)", [(i, str(i), MODEL) for i in ids]
    )
    connection.cursor().executemany(
        "insert into collections (id, tenant_id, name, is_default) values (%s, %s, 'Documents', true)",
        [(uuid.UUID(int=i.int + 2**64), i) for i in ids],
    )
    slots: Counter[uuid.UUID] = Counter()
    rows = []
    for number in range(-(-passages // PASSAGES)):
        tenant, count = ids[number % len(ids)], min(PASSAGES, passages - number * PASSAGES)
        rows.append((number, tenant, slots[tenant], count))
        slots[tenant] += count
    documents = [(uuid.UUID(int=n + 2**96), t, uuid.UUID(int=t.int + 2**64)) for n, t, _, _ in rows]
    with connection.cursor() as cursor:
        with cursor.copy("copy documents (id, tenant_id, collection_id, active_version) from stdin") as copy:
            for document in documents:
                copy.write_row((*document, 1))
        with cursor.copy(
            "copy document_versions (document_id, version, tenant_id, filename, format, status, declared_bytes,"
            " page_count, chunk_count, embedding_model, slot_from, ready_at) from stdin"
        ) as copy:
            for (name, tenant, _), (number, _, slot, count) in zip(documents, rows, strict=True):
                fields = (f"{number}.pdf", "pdf", "ready", 1000, count // 2 + 1, count, MODEL, slot, "now")
                copy.write_row((name, 1, tenant, *fields))
    return [(number + 1, tenant) for number, tenant, _, _ in rows]


def _chunk_rows(version: int, tenant: uuid.UUID, found: Passages) -> Iterator[tuple[object, ...]]:
    for ordinal, numbers in enumerate(found.terms):
        counts = Counter(numbers.tolist())
        terms = [word(number) for number in counts]
        text = " ".join(word(number) for number in numbers.tolist())
        page = ordinal // 2 + 1
        place = (page, page, ordinal * 1000, ordinal * 1000 + 900, "en")
        yield (
            uuid.UUID(int=version * 10_000 + ordinal),
            tenant,
            version,
            ordinal,
            ordinal // 64,
            0,
            text,
            ["Part"],
            *place,
            '[{"page": 1, "x0": 72, "y0": 100, "x1": 500, "y1": 220}]',
            "[]",
            uuid.UUID(int=version * 10_000 + ordinal).bytes * 2,
            len(numbers),
            terms,
            list(counts.values()),
        )
