"""Third stage: the blocks of all ranges → passages, in batches for embedding.

Ranges are read one by one, passages are cut while they come, and a batch is written when it is full: a document of a
million rows takes no more memory than one of its ranges and one batch.
"""

from collections import Counter
from collections.abc import AsyncIterator, Callable, Sequence

from docqa.chunking.running_text import without_running_text
from docqa.core.errors import CorruptFile, DocumentRejected, NoText, TooComplex
from docqa.core.models import (
    Batch,
    Block,
    Chunk,
    ChunkStrategy,
    DocumentPlan,
    DocumentWarning,
    IngestOptions,
    Job,
    Model,
    Stage,
    TableProfile,
)
from docqa.core.noticed import combined
from docqa.core.ports import Chunker, IngestStore, ObjectStore
from docqa.core.profiles import merged, summary_blocks
from docqa.ingestion.artifacts import Artifacts

BATCH_SIZE = 32
"""Chunks of the first batches: about a second of embedding on one core each, so that a lost one is cheap."""

MAX_BATCHES = 500
"""The batches travel in the state, which holds 256 KiB (Step Functions quotas)."""

DOUBLES_AFTER = 64
"""Batches of one size; the next ones are twice as large. How many passages there will be is not known before the last
is cut; 500 batches take 473,088 of them, the largest 4,096 each."""


class Chunked(Model):
    """What goes on to embedding."""

    job: Job
    batches: tuple[Batch, ...]


class ChunkStage:
    """Deterministic: a second run writes the same artifacts under the same keys."""

    def __init__(
        self,
        *,
        store: IngestStore,
        artifacts: ObjectStore,
        chunker_for: Callable[[ChunkStrategy], Chunker],
    ) -> None:
        self._store = store
        self._artifacts = artifacts
        self._chunker_for = chunker_for

    async def run(self, job: Job) -> Chunked:
        """Raises NoText when the document holds nothing to find, TooComplex when it holds too much.

        When nothing was found because pages could not be read, raises what they could not be read for.
        """
        await self._store.stage_started(job.key, Stage.CHUNK, total=1)
        artifacts = Artifacts(self._artifacts, job)
        plan = await artifacts.plan()
        chunker = self._chunker_for(job.options.strategy)
        content = _Content(artifacts, plan, job.options)
        batches = await _written(
            artifacts, chunker.version, chunker.chunk(without_running_text(content.blocks()), job.options)
        )
        await self._store.describe_content(
            job.key,
            metadata=plan.metadata,
            warnings=combined(content.warnings),
            language=content.language or (plan.metadata.language or "").partition("-")[0].lower() or None,
            chunker=chunker.version,
        )
        if not batches:
            raise _nothing_found(content.warnings)
        await self._store.unit_done(job.key, Stage.CHUNK, unit=0)
        await self._store.stage_started(job.key, Stage.EMBED, total=len(batches))
        return Chunked(job=job, batches=tuple(batches))


class _Content:
    """The blocks of a document, and what is learnt of it while they go by."""

    def __init__(self, artifacts: Artifacts, plan: DocumentPlan, options: IngestOptions) -> None:
        self._artifacts = artifacts
        self._plan = plan
        self._options = options
        self._spoken: Counter[str] = Counter()
        self._profiles: tuple[TableProfile, ...] = ()
        self.warnings: tuple[DocumentWarning, ...] = plan.warnings

    async def blocks(self) -> AsyncIterator[Block]:
        """In order; those that do not show are left out unless they were asked for. Last, what each table holds."""
        for pages in self._plan.ranges:
            parsed = await self._artifacts.range(pages)
            self.warnings = combined([*self.warnings, *parsed.warnings])
            self._profiles = merged((*self._profiles, *parsed.profiles))
            for block in parsed.blocks:
                if block.hidden is None or self._options.include_hidden:
                    if block.language is not None:
                        self._spoken[block.language] += len(block.text)
                    yield block
        for block in summary_blocks(self._profiles):
            yield block

    @property
    def language(self) -> str | None:
        """That of most characters so far."""
        return self._spoken.most_common(1)[0][0] if self._spoken else None


def _nothing_found(warnings: Sequence[DocumentWarning]) -> DocumentRejected:
    """Why a document has no passages: the first page that could not be read, if any, says."""
    unread = [one.detail for one in warnings if one.code == "page_unreadable"]
    if TooComplex.code in unread:
        return TooComplex()
    return CorruptFile("No page of the document can be read.") if unread else NoText()


async def _written(artifacts: Artifacts, version: str, chunks: AsyncIterator[Chunk]) -> list[Batch]:
    batches: list[Batch] = []
    filling: list[Chunk] = []
    async for chunk in chunks:
        if len(filling) == batch_size(len(batches)):
            batches.append(await artifacts.put_batch(version, len(batches), filling))
            filling = []
        if len(batches) == MAX_BATCHES:
            raise TooComplex("The document holds more text than can be indexed at once. Split it and upload the parts.")
        filling.append(chunk)
    if filling:
        batches.append(await artifacts.put_batch(version, len(batches), filling))
    return batches


def batch_size(index: int) -> int:
    """Chunks of the batch with this index, from 0; see DOUBLES_AFTER."""
    return int(BATCH_SIZE * 2 ** (index // DOUBLES_AFTER))
