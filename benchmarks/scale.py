"""First-stage retrieval by size: `PostgresSearchIndex.find` on a PostgreSQL of its own, with made passages.

Times are of the database's answer, from the question's terms and vector to hits: tokenizing takes 0.1 ms and embedding
a question 4 ms more. The server has the settings of the host mode but for its cache, which is a quarter of the memory
(PostgreSQL manual, 19.4.1), at most 4 GB, and warm.
"""

import asyncio
import os
import time
import uuid
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import psycopg

from benchmarks.figures import Grid
from benchmarks.plot import Line, chart
from benchmarks.scale_data import Corpus, words
from benchmarks.scale_load import MODEL, load
from docqa.core.models import Filters, Hit, SearchMode, SearchQuery
from docqa.database.connection import Database
from docqa.database.indexes import VectorIndexes
from docqa.database.migrate import upgrade
from docqa.database.search import PostgresSearchIndex
from docqa_localstack.host.services.postgres import SETTINGS
from tests.database.server import PostgresServer, install_folder

QUESTIONS = 200
WARM = 40
CLIENTS = 16
POOL = 100
TENANTS = 1_000
PLOT = Path(__file__).with_name("scale.svg")
COMMAND = "python -m benchmarks --scale SIZES"
_NOT_ON_A_SOCKET = ("listen_addresses", "unix_socket_directories", "log_line_prefix", "log_checkpoints")

Asked = Sequence[tuple[tuple[str, ...], tuple[float, ...]]]


@dataclass(frozen=True)
class Shelf:
    """A loaded database, its tenants and questions about the first one's passages."""

    url: str
    tenants: list[uuid.UUID]
    passages: int
    asked: Asked


def measure(sizes: Sequence[int], *, peers: bool = True) -> list[Grid]:
    """One tenant of each size, and a thousand tenants of the two largest."""
    settings = {k: v for k, v in SETTINGS.items() if k not in _NOT_ON_A_SOCKET} | {"shared_buffers": _buffers()}
    server = PostgresServer(install_folder() or Path(), [f"{k}={v}" for k, v in settings.items()])
    server.start()
    grid = _grid("Search by size: one tenant")
    many = _grid("Search by size: a thousand tenants together")
    lines: dict[str, Line] = {}
    try:
        for size in sizes:
            shelf = shelved(server, size, tenants=1)
            for row in asyncio.run(_rows(shelf)):
                grid.add(f"{size:,}", *row.cells)
                if row.plotted:
                    lines.setdefault(row.plotted, Line(row.plotted)).points.append((size, row.p95_ms))
            if peers:
                _beside(grid, shelf, lines)
            _drop(server, shelf)
        for size in [size for size in sizes if size >= 100 * TENANTS][-2:]:
            shelf = shelved(server, size, tenants=TENANTS)
            for row in asyncio.run(_rows(shelf)):
                many.add(f"{size:,}", *row.cells)
            _drop(server, shelf)
    finally:
        server.stop()
    for table in (grid, many):
        table.show()
    PLOT.write_text(chart("95th percentile of a search", "passages", "ms", list(lines.values())), encoding="utf-8")
    return [grid, many]


def _buffers() -> str:
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return f"{min(memory // 4, 4 << 30) >> 20}MB"


def _grid(title: str) -> Grid:
    note = (
        f"{QUESTIONS} questions about passages that are there, pool of {POOL}, ten hits. *recall*: share of the ten"
        " nearest by comparing with every vector that the search has among its hundred candidates."
    )
    return Grid(title, COMMAND, ("passages", "search", "clients", "p50 ms", "p95 ms", "recall@10", "how"), note)


@dataclass(frozen=True)
class Row:
    cells: tuple[str, ...]
    p95_ms: float
    plotted: str = ""


def shelved(server: PostgresServer, passages: int, *, tenants: int) -> Shelf:
    """A database of so many passages, loaded and indexed as the schedule would."""
    name, corpus = f"scale_{passages}_{tenants}", Corpus()
    with psycopg.connect(server.url("postgres"), autocommit=True) as connection:
        connection.execute(f"create database {name}".encode())
    url = server.url(name)
    upgrade(url)
    start = time.perf_counter()
    ids = load(url, corpus, passages, tenants)
    print(f"... loaded {passages:,} passages of {tenants} tenants in {time.perf_counter() - start:.0f} s", flush=True)
    start = time.perf_counter()
    built, _ = asyncio.run(VectorIndexes(Database(url)).tend())
    print(f"... {len(built)} indexes in {time.perf_counter() - start:.0f} s", flush=True)
    made = corpus.questions(passages, QUESTIONS)
    asked = [(tuple(words(terms)), tuple(float(v) for v in vector)) for terms, vector in made]
    return Shelf(url, ids, passages, asked)


def _drop(server: PostgresServer, shelf: Shelf) -> None:
    with psycopg.connect(server.url("postgres"), autocommit=True) as connection:
        connection.execute(f"drop database {shelf.url.split('/')[3].split('?')[0]} with (force)".encode())


async def _rows(shelf: Shelf) -> list[Row]:
    database = Database(shelf.url, pool_size=CLIENTS)
    index, exact = PostgresSearchIndex(database), PostgresSearchIndex(database, exact_below=10**12)
    recall = await _recall(index, exact, shelf)
    half = tuple(document for document in _documents(shelf, 2))
    narrow = tuple(_documents(shelf, 100))
    variants: list[tuple[str, PostgresSearchIndex, dict[str, object], str]] = [
        ("hybrid", index, {}, recall),
        ("lexical", index, {"mode": SearchMode.LEXICAL}, ""),
        ("dense", index, {"mode": SearchMode.DENSE}, recall),
        ("hybrid, every second document", index, {"document_ids": half}, ""),
        ("hybrid, every hundredth document", index, {"document_ids": narrow}, ""),
        ("hybrid, first ten pages", index, {"filters": Filters(page_to=10)}, ""),
    ]
    if shelf.passages <= 100_000 or len(shelf.tenants) > 1:
        variants.append(("hybrid, without index", exact, {}, "1"))
    rows = []
    for name, by, query, found in variants:
        search = _search(by, shelf, query)
        for clients in (1, CLIENTS) if name == "hybrid" else (1,):
            p50, p95 = await _times(search, shelf.asked, clients)
            cells = (name, str(clients), f"{p50:.1f}", f"{p95:.1f}", found, "")
            rows.append(Row(cells, p95, name if clients == 1 and name in ("hybrid", "lexical", "dense") else ""))
    await database.dispose()
    return rows


def _search(
    index: PostgresSearchIndex, shelf: Shelf, query: Mapping[str, object]
) -> Callable[[int, tuple[str, ...], tuple[float, ...]], Awaitable[list[Hit]]]:
    mode = query.get("mode", SearchMode.HYBRID)

    async def search(number: int, terms: tuple[str, ...], vector: tuple[float, ...]) -> list[Hit]:
        tenant = shelf.tenants[number % len(shelf.tenants)]
        return await index.find(
            SearchQuery(tenant_id=tenant, query="made", **query),  # type: ignore[arg-type]
            vector=None if mode == SearchMode.LEXICAL else vector,
            model=MODEL,
            terms=() if mode == SearchMode.DENSE else terms,
            pool=POOL,
        )

    return search


async def _times(
    search: Callable[[int, tuple[str, ...], tuple[float, ...]], Awaitable[list[Hit]]], asked: Asked, clients: int
) -> tuple[float, float]:
    """(median, 95th percentile) in ms of so many clients that ask one question after the other."""
    for number, (terms, vector) in enumerate(asked[:WARM]):
        await search(number, terms, vector)
    taken: list[float] = []
    waiting = iter(list(enumerate(asked)))

    async def client() -> None:
        for number, (terms, vector) in waiting:
            start = time.perf_counter()
            await search(number, terms, vector)
            taken.append((time.perf_counter() - start) * 1000)

    await asyncio.gather(*(client() for _ in range(clients)))
    ordered = sorted(taken)
    return ordered[len(ordered) // 2], ordered[round(0.95 * (len(ordered) - 1))]


async def _recall(index: PostgresSearchIndex, exact: PostgresSearchIndex, shelf: Shelf) -> str:
    """Of the ten nearest, how many the search has; over thirty questions."""
    shares = []
    for number, (terms, vector) in enumerate(shelf.asked[:30]):
        query = {"mode": SearchMode.DENSE}
        found = {hit.chunk_id for hit in await _search(index, shelf, query)(number, terms, vector)}
        truth = {hit.chunk_id for hit in await _search(exact, shelf, query)(number, terms, vector)}
        shares.append(len(found & truth) / max(len(truth), 1))
    return f"{sum(shares) / len(shares):.3f}"


def _documents(shelf: Shelf, every: int) -> list[uuid.UUID]:
    """Every so many-th document of the first tenant, as `scale_load` numbers them."""
    with psycopg.connect(shelf.url) as connection:
        found = connection.execute(
            "select id from documents where tenant_id = %s order by id", (shelf.tenants[0],)
        ).fetchall()
    return [row[0] for row in found][::every]


def _beside(grid: Grid, shelf: Shelf, lines: dict[str, Line]) -> None:
    from benchmarks import scale_peers

    asked = [(list(terms), list(vector)) for terms, vector in shelf.asked]
    for name, every in (("pgvector + ts_rank, any word", False), ("pgvector + ts_rank, every word", True)):
        taken = [s * 1000 for s in scale_peers.plain_hybrid(shelf.url, shelf.tenants[0], asked, every_word=every)]
        _peer(grid, lines, shelf, name, taken, "")
    told = scale_peers.bm25s_in_memory(shelf.url, shelf.tenants[0], asked)
    held = f"holds {told['rss_bytes'] / 2**20:,.0f} MB, indexing {told['index_s']:.0f} s at each start"
    _peer(grid, lines, shelf, "bm25s in memory, lexical", [s * 1000 for s in told["seconds"]], held)


def _peer(grid: Grid, lines: dict[str, Line], shelf: Shelf, name: str, taken: list[float], how: str) -> None:
    ordered = sorted(taken)
    p50, p95 = ordered[len(ordered) // 2], ordered[round(0.95 * (len(ordered) - 1))]
    grid.add(f"{shelf.passages:,}", name, "1", f"{p50:.1f}", f"{p95:.1f}", "", how)
    lines.setdefault(name, Line(name)).points.append((shelf.passages, p95))
