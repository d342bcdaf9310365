"""`python -m benchmarks --ingest PAGES`: the whole chain beside a plain LangChain script, and where our time goes.

PDFs of text that was never embedded before, made here. First ours, from the first upload to the last *ready*; then the
script, with the same files, the same model, the same cores and a PostgreSQL of the same build with pgvector.
"""

import json
import tempfile
import time
import uuid
from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import psycopg
import pymupdf

from benchmarks.figures import Section
from benchmarks.parsing_made import essay
from benchmarks.parsing_prose import Author
from benchmarks.parsing_typeset import Style, typeset
from benchmarks.retrieval_peers import run_peer
from docqa.core.models import IngestOptions
from tests.database.server import PostgresServer, install_folder
from tests.stack.support import Stack, User

PAGES_EACH = 20
READY_S = 3_600.0
STYLE = Style(running="Annual report on navigation", number="Page {} of {}")


def measure(stack: Stack, pages: int, models: Path) -> Section:
    """About `pages` pages in documents of some twenty."""
    section = Section("Ingest beside a plain LangChain script", f"python -m benchmarks --ingest {pages}")
    seed = uuid.uuid4().hex  # the same text twice would not be embedded again
    with tempfile.TemporaryDirectory() as name:
        files = written(Path(name), pages, seed)
        total = sum(_page_count(file) for file in files)
        section.add("documents", f"{len(files)} PDFs, {total} pages, text only")
        documents, seconds = ours(stack, files)
        chunks = sum(document["chunks"] for document in documents)
        theirs = plain_script(files, models)
    section.add("DocQA, first upload to last ready", rate(chunks, total, seconds))
    _script(section, theirs)
    ratio = (total / seconds) / (theirs["pages"] / theirs["seconds"])
    section.add("pages per second, ours to theirs", f"{ratio:.2f}", aim=">= 1")
    for stage, share in where_time_goes(documents, seconds):
        section.add(f"DocQA: {stage}", share)
    return section


def written(folder: Path, pages: int, seed: str, *, each: int = PAGES_EACH) -> list[Path]:
    """At least so many pages in documents of `each` pages or little more, in the folder."""
    files: list[Path] = []
    while sum(_page_count(file) for file in files) < pages:
        files.append(folder / f"report-{len(files) + 1}.pdf")
        files[-1].write_bytes(_document(Author(f"{seed}-{len(files)}"), min(each, pages), seed))
    return files


def _document(author: Author, pages: int, seed: str) -> bytes:
    parts = essay(author, STYLE)
    while True:
        data = typeset(parts, STYLE, seed)[0]
        count = _pages_of(data)
        if count >= pages:
            return data
        for _ in range(max(1, pages // count - 1)):
            parts += essay(author, STYLE)[1:]


def _page_count(file: Path) -> int:
    return _pages_of(file.read_bytes())


def _pages_of(data: bytes) -> int:
    with pymupdf.open("pdf", data) as document:
        return len(document)


def ours(stack: Stack, files: Sequence[Path]) -> tuple[list[dict[str, Any]], float]:
    """The documents when all are ready, and the seconds since the first upload began."""
    with User.register(stack) as user:
        user.ready("warm.txt", b"The lamp was lit before the ships came in.")
        start = time.perf_counter()
        uploaded = [user.upload(file.name, file.read_bytes()) for file in files]
        documents = [user.until(one, "ready", "failed", within_s=READY_S) for one in uploaded]
        seconds = time.perf_counter() - start
    assert all(document["status"] == "ready" for document in documents), documents
    return documents, seconds


def plain_script(files: Sequence[Path], models: Path) -> dict[str, Any]:
    """What peers/ingesting.py did with the files."""
    install = install_folder()
    if install is None:
        raise FileNotFoundError("There is no PostgreSQL: `make up` installs it.")
    server = PostgresServer(install)
    server.start()
    try:
        with psycopg.connect(server.url("postgres"), autocommit=True) as connection:
            connection.execute("create database peers")
        with tempfile.TemporaryDirectory() as name:
            results = Path(name) / "results.json"
            job = {
                "files": [str(file) for file in files],
                "models": str(models),
                "database": server.url("peers").replace("postgresql://", "postgresql+psycopg://"),
                "tokens": IngestOptions().chunk_tokens,
                "results": str(results),
            }
            run_peer("benchmarks.peers.ingesting", job, Path(name))
            done: dict[str, Any] = json.loads(results.read_text(encoding="utf-8"))
            return done
    finally:
        server.stop()


def rate(chunks: int, pages: int, seconds: float) -> str:
    return f"{chunks / seconds:.1f} chunks/s, {pages / seconds:.2f} pages/s ({chunks} chunks, {seconds:.1f} s)"


def _script(section: Section, theirs: dict[str, Any]) -> None:
    how = "PyMuPDFLoader, RecursiveCharacterTextSplitter by our tokens, our model on all cores, PGVector; loaded before"
    section.add("LangChain script", rate(theirs["chunks"], theirs["pages"], theirs["seconds"]), how=how)
    spent = {name: theirs[f"{name}_s"] for name in ("loading", "splitting", "embedding")}
    spent["writing and the rest"] = theirs["seconds"] - sum(spent.values())
    for name, seconds in spent.items():
        section.add(f"LangChain script: {name}", f"{seconds:.1f} s, {seconds / theirs['seconds']:.0%}")


def where_time_goes(documents: Sequence[dict[str, Any]], seconds: float) -> list[tuple[str, str]]:
    """Stages run side by side over documents: of each, the time during which any document was in it."""
    spans: dict[str, list[tuple[float, float]]] = defaultdict(list)
    for document in documents:
        at = _seconds(document["created_at"])
        for stage in document["stages"]:
            begun, ended = _seconds(stage["started_at"]), _seconds(stage["finished_at"])
            spans["waiting, between stages"].append((at, max(at, begun)))
            spans[stage["stage"]].append((begun, ended))
            at = ended
        spans["from the last stage to ready"].append((at, max(at, _seconds(document["ready_at"]))))
    return [(name, _share(found, seconds, len(documents))) for name, found in spans.items()]


def _share(spans: Sequence[tuple[float, float]], seconds: float, documents: int) -> str:
    busy = covered(spans)
    each = sum(end - begin for begin, end in spans) / documents
    return f"{busy:.1f} s with a document in it ({busy / seconds:.0%} of the run), {each:.1f} s of each document"


def covered(spans: Sequence[tuple[float, float]]) -> float:
    """Length of the union of spans."""
    total, reached = 0.0, float("-inf")
    for begin, end in sorted(spans):
        total += max(0.0, end - max(begin, reached))
        reached = max(reached, end)
    return total


def _seconds(moment: str) -> float:
    return datetime.fromisoformat(moment).timestamp()
