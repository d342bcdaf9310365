"""Memory and time of long documents: `python -m benchmarks --memory`.

Each is read as the stages do: content checked, planned, one range after the other in the sandbox, its blocks written to
a store, then cut into passages from there. Reading and cutting are processes of their own, so that each has its peak.
Whether memory is bounded shows in a document ten times as long.
"""

import asyncio
import csv
import json
import logging
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any, cast
from uuid import UUID

import pymupdf
import xlsxwriter

from benchmarks.figures import Section
from benchmarks.parsing_made import essay
from benchmarks.parsing_prose import Author
from benchmarks.parsing_typeset import Style, typeset
from benchmarks.peers.adapter import peak_bytes
from docqa.chunking.registry import chunker_for
from docqa.core.errors import DocQAError
from docqa.core.models import Format, IngestOptions, Job, VersionKey
from docqa.embeddings.tokens import ModelTokens
from docqa.ingestion.artifacts import Artifacts
from docqa.ingestion.chunk import ChunkStage
from docqa.ingestion.claim import file_sha256
from docqa.parsing.sandbox import Sandbox, SandboxedParser
from tests.fakes.models import models_dir
from tests.fakes.stores import MemoryIngest, MemoryObjects

COMMAND = "python -m benchmarks --memory"
MAX_PAGES = 2_000
PAGES, ROWS = (100, 1_000), (100_000, 1_000_000)
BOUNDED = 1.5
"""Times the memory of a document a tenth as long: what is still called bounded."""
_PHASE_SECONDS = 1_200


def measure() -> list[Section]:
    """All formats that have long documents."""
    section = Section("Memory and time of long documents", COMMAND)
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        _both(section, folder, "pdf", "pages", PAGES, _write_pdf)
        _both(section, folder, "csv", "rows", ROWS, _write_csv)
        if "xlsx" in [format.value for format in Format]:
            _both(section, folder, "xlsx", "rows", ROWS, _write_xlsx)
    return [section]


def _both(
    section: Section, folder: Path, suffix: str, unit: str, sizes: tuple[int, int], write: Callable[[Path, int], None]
) -> None:
    """The short document and the long one, and how much more the long one takes."""
    peaks: list[dict[str, int]] = []
    for size in sizes:
        path = folder / f"{size}.{suffix}"
        write(path, size)
        name = f"{suffix.upper()}, {size:,} {unit}"
        store = folder / f"store-{suffix}-{size}"
        read = _phase("read", path, store)
        cut = _phase("cut", path, store)
        how = f"{path.stat().st_size / 1e6:.1f} MB, {read['ranges']} ranges, {read['blocks']:,} blocks"
        section.add(
            f"{name}: read", _figures(read["seconds"], read["child"]), how=f"{how}; largest process of the sandbox"
        )
        section.add(
            f"{name}: stage around it",
            f"{read['peak'] / 1e6:.0f} MB",
            how="largest, of the process that keeps the blocks",
        )
        section.add(f"{name}: cut", _figures(cut["seconds"], cut["peak"]), how=f"{cut['chunks']:,} passages")
        peaks.append({"read": read["child"], "stage around it": read["peak"], "cut": cut["peak"]})
        path.unlink()
    for what in peaks[0]:
        ratio = peaks[1][what] / peaks[0][what]
        times = f"× {ratio:.2f}"
        section.add(
            f"{suffix.upper()}, {what}: memory, {sizes[1] // sizes[0]} times as long",
            times,
            aim=f"bounded (< {BOUNDED})",
        )


def _figures(seconds: float, peak: int) -> str:
    return f"{seconds:.1f} s, {peak / 1e6:.0f} MB"


def _phase(phase: str, path: Path, store: Path) -> dict[str, Any]:
    """One phase in a process of its own."""
    command = [sys.executable, "-m", "benchmarks.memory", phase, str(path), str(store)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=_PHASE_SECONDS, check=False)
    if done.returncode:
        raise RuntimeError(f"{phase} of {path.name} ended with {done.returncode}:\n{done.stderr[-2000:]}")
    return cast("dict[str, Any]", json.loads(done.stdout.splitlines()[-1]))


# -- the phases ------------------------------------------------------------------------------------


class FolderObjects(MemoryObjects):
    """Objects in files."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self._folder = folder
        folder.mkdir(exist_ok=True)

    async def put_json(self, key: str, body: bytes) -> None:
        self._path(key).write_bytes(body)

    async def get(self, key: str) -> bytes:
        return self._path(key).read_bytes()

    def _path(self, key: str) -> Path:
        return self._folder / key.replace("/", "_")


class _Watch(logging.Handler):
    peak = 0

    def emit(self, record: logging.LogRecord) -> None:
        _Watch.peak = max(_Watch.peak, getattr(record, "peak_bytes", 0) or 0)


def _job(path: Path) -> Job:
    key = VersionKey(tenant_id=UUID(int=1), document_id=UUID(int=2), version=1)
    format = Format(path.suffix[1:])
    return Job(
        key=key,
        execution_id="e",
        attempt=1,
        format=format,
        content_sha256=file_sha256(path),
        parser_version="1",
        page_count=None,
    )


async def _read(path: Path, artifacts: Artifacts, format: Format) -> dict[str, Any]:
    logger = logging.getLogger("docqa.parsing.sandbox")
    logger.setLevel(logging.DEBUG)
    logger.addHandler(_Watch())
    logger.propagate = False
    sandbox = Sandbox()
    start, blocks = time.perf_counter(), 0
    sandbox.check(path, format)
    parser = SandboxedParser(format, sandbox)
    plan = parser.plan(path, max_pages=MAX_PAGES)
    await artifacts.put_plan(plan)
    for pages in plan.ranges:
        parsed = parser.parse(path, pages)
        blocks += len(parsed.blocks)
        await artifacts.put_range(pages, parsed)
        del parsed
    sandbox.close()
    return {"ranges": len(plan.ranges), "blocks": blocks, "child": _Watch.peak, "seconds": time.perf_counter() - start}


async def _cut(job: Job, objects: FolderObjects) -> dict[str, Any]:
    start = time.perf_counter()
    cutting = partial(chunker_for, tokens=ModelTokens(models_dir()))
    stage = ChunkStage(store=MemoryIngest(), artifacts=objects, chunker_for=cutting)
    chunked = await stage.run(job.model_copy(update={"options": IngestOptions()}))
    seconds = time.perf_counter() - start
    artifacts = Artifacts(objects, job)
    return {"chunks": sum([len(await artifacts.batch(batch)) for batch in chunked.batches]), "seconds": seconds}


def run_phase(phase: str, path: Path, store: Path) -> dict[str, Any]:
    """In a process of its own: what it took."""
    objects, job = FolderObjects(store), _job(path)
    work = _read(path, Artifacts(objects, job), job.format) if phase == "read" else _cut(job, objects)
    done = asyncio.run(work)
    return {**done, "peak": peak_bytes()}


# -- long documents --------------------------------------------------------------------------------


def _write_pdf(path: Path, pages: int) -> None:
    """Essays of text, lists and ruled tables; the first hundred pages are repeated."""
    style = Style(running="Annual report on navigation", number="{} of {}", hyphenated=True)
    with pymupdf.open() as whole:
        number = 0
        while whole.page_count < min(pages, PAGES[0]):
            number += 1
            data, _ = typeset(essay(Author(f"long-{number}"), style), style, f"long-{number}")
            with pymupdf.open("pdf", data) as part:
                whole.insert_pdf(part)
        whole.select(range(min(pages, PAGES[0])))
        first = whole.tobytes()
        while whole.page_count < pages:
            with pymupdf.open("pdf", first) as part:
                whole.insert_pdf(part)
        whole.save(path, deflate=True)


def _records(rows: int) -> Iterator[tuple[Any, ...]]:
    yield ("No.", "Station", "Inspected", "Remark", "Height in m", "Visits")
    author = Author("long sheet")
    remarks = [author.sentence() for _ in range(50)]
    for n in range(1, rows + 1):
        date = f"20{n % 25:02}-{n % 12 + 1:02}-{n % 28 + 1:02}"
        yield (n, f"Station {n % 4_999}", date, remarks[n % 50] if n % 3 else "", n % 977 / 10, n * 7 % 100_003)


def _write_csv(path: Path, rows: int) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(_records(rows))


def _write_xlsx(path: Path, rows: int) -> None:
    with xlsxwriter.Workbook(path, {"constant_memory": True}) as book:
        sheet = book.add_worksheet("Stations")
        for number, record in enumerate(_records(rows)):
            sheet.write_row(number, 0, record)


if __name__ == "__main__":
    try:
        print(json.dumps(run_phase(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3]))))
    except DocQAError as error:
        sys.exit(f"{error.code}: {error.message}")
