"""Ports of ingestion and of the HTTP routes, in memory."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import ClassVar
from uuid import UUID

from docqa.core.errors import UploadMissing
from docqa.core.models import (
    Block,
    BlockKind,
    Claim,
    DocumentMetadata,
    DocumentPlan,
    DocumentWarning,
    Failure,
    Format,
    IndexedChunk,
    IngestOptions,
    Job,
    OpenVersion,
    PageRange,
    ParsedRange,
    Stage,
    VersionKey,
)


class MemoryObjects:
    """ObjectStore and UploadStore: a dict of bytes."""

    def __init__(self, objects: Mapping[str, bytes] | None = None) -> None:
        self.objects = dict(objects or {})

    async def put_json(self, key: str, body: bytes) -> None:
        self.objects[key] = body

    async def get(self, key: str) -> bytes:
        try:
            return self.objects[key]
        except KeyError:
            raise UploadMissing from None

    async def exists(self, key: str) -> bool:
        return key in self.objects

    async def copy(self, source: str, target: str) -> None:
        self.objects[target] = await self.get(source)

    async def download(self, key: str, to: Path) -> int:
        return to.write_bytes(await self.get(key))

    async def delete(self, key: str) -> None:
        self.objects.pop(key, None)

    async def delete_prefix(self, prefix: str) -> None:
        self.objects = {key: body for key, body in self.objects.items() if not key.startswith(prefix)}

    def presign_upload(self, key: str, *, max_bytes: int, expires_s: int) -> tuple[str, dict[str, str]]:
        return "https://store.example/uploads", {"key": key, "max": str(max_bytes)}

    def presign_download(self, key: str, *, filename: str, content_type: str, expires_s: int) -> str:
        return f"https://store.example/{key}"


class MemoryIngest:
    """IngestStore of one version: who holds it, what was reported, what became of it."""

    def __init__(self, format: Format = Format.CSV, *, open_versions: Sequence[OpenVersion] = ()) -> None:
        self.format = format
        self.options = IngestOptions()
        self.holder: str | None = None
        self.units: list[tuple[Stage, int]] = []
        self.totals: dict[Stage, int] = {}
        self.described: Job | None = None
        self.metadata: DocumentMetadata | None = None
        self.warnings: tuple[DocumentWarning, ...] = ()
        self.language: str | None = None
        self.chunker: str | None = None
        self.known: dict[bytes, tuple[float, ...]] = {}
        self.chunks: dict[int, list[IndexedChunk]] = {}
        self.failures: list[tuple[VersionKey, Failure]] = []
        self.released: list[VersionKey] = []
        self.published = self.ready = False
        self._open = list(open_versions)

    async def claim(self, key: VersionKey, *, execution_id: str, deadline_s: int) -> Claim | None:
        if self.holder not in (None, execution_id):
            return None
        self.holder = execution_id
        return Claim(attempt=1, format=self.format, options=self.options)

    async def describe(self, job: Job, *, size_bytes: int) -> None:
        self.described = job

    async def describe_content(
        self,
        key: VersionKey,
        *,
        metadata: DocumentMetadata,
        warnings: Sequence[DocumentWarning],
        language: str | None,
        chunker: str,
    ) -> None:
        self.metadata, self.warnings, self.language, self.chunker = metadata, tuple(warnings), language, chunker

    async def stage_started(self, key: VersionKey, stage: Stage, *, total: int) -> None:
        self.totals[stage] = total

    async def unit_done(self, key: VersionKey, stage: Stage, *, unit: int) -> None:
        self.units.append((stage, unit))

    async def embedding_model(self, tenant_id: UUID) -> str | None:
        return None

    async def known_embeddings(
        self, tenant_id: UUID, model: str, hashes: Sequence[bytes]
    ) -> Mapping[bytes, tuple[float, ...]]:
        return {digest: self.known[digest] for digest in hashes if digest in self.known}

    async def add_chunks(self, key: VersionKey, chunks: Sequence[IndexedChunk], *, model: str, batch: int) -> None:
        self.chunks[batch] = list(chunks)
        self.known.update({chunk.content_hash: chunk.embedding for chunk in chunks})

    async def publish(self, key: VersionKey) -> None:
        self.published = True

    async def mark_ready(self, key: VersionKey) -> None:
        self.ready = True

    async def sample_text(self, key: VersionKey) -> str:
        return next(iter(self.chunks.values()))[0].chunk.text

    async def fail(self, key: VersionKey, *, execution_id: str, failure: Failure) -> bool:
        self.failures.append((key, failure))
        return True

    async def open_versions(self) -> list[OpenVersion]:
        return self._open

    async def release(self, key: VersionKey, *, execution_id: str | None) -> bool:
        self.released.append(key)
        return True

    async def expire_upload(self, key: VersionKey, *, failure: Failure) -> bool:
        self.failures.append((key, failure))
        return True


class MemoryExecutions:
    """Executions: those named in `running` run; `started` keeps the names of the new ones."""

    def __init__(self, *, running: Sequence[str] = (), error: Exception | None = None) -> None:
        self.running = set(running)
        self.error = error
        self.started: list[tuple[VersionKey, str]] = []

    async def start(self, key: VersionKey, *, name: str) -> None:
        if self.error:
            raise self.error
        self.started.append((key, name))

    async def is_running(self, execution_id: str) -> bool:
        return execution_id in self.running


class LineParser:
    """Parser of lines of text: one page a line, one range a page. `parsed` keeps the pages that were read."""

    format: ClassVar[Format] = Format.CSV
    version: ClassVar[str] = "lines-1"

    def __init__(self) -> None:
        self.parsed: list[int] = []

    def plan(self, path: Path, *, max_pages: int) -> DocumentPlan:
        count = len(path.read_text().splitlines())
        ranges = tuple(PageRange(index=n, first=n + 1, last=n + 1) for n in range(count))
        return DocumentPlan(page_count=count, ranges=ranges)

    def parse(self, path: Path, pages: PageRange) -> ParsedRange:
        self.parsed.append(pages.first)
        text = path.read_text().splitlines()[pages.first - 1]
        return ParsedRange(index=pages.index, blocks=(Block(kind=BlockKind.PARAGRAPH, text=text, page=pages.first),))
