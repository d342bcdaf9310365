"""Third stage: the blocks of all ranges → passages, in batches for embedding."""

from collections.abc import AsyncIterator
from math import ceil

from docqa.core.errors import NoText
from docqa.core.models import Batch, Block, IngestOptions, Job, Model, Stage
from docqa.core.ports import Chunker, IngestStore, ObjectStore
from docqa.ingestion.artifacts import Artifacts

BATCH_SIZE = 32
"""Chunks a batch: about a second of embedding on one core, so that progress moves and a lost batch is cheap."""


MAX_BATCHES = 500
"""The batches travel in the state, which holds 256 KiB (Step Functions quotas): larger documents get larger batches."""


class Chunked(Model):
    """What goes on to embedding."""

    job: Job
    batches: tuple[Batch, ...]


async def _blocks(artifacts: Artifacts, options: IngestOptions) -> AsyncIterator[Block]:
    """The blocks of the document in order, those that do not show left out unless they were asked for."""
    for pages in (await artifacts.plan()).ranges:
        for block in (await artifacts.range(pages)).blocks:
            if block.hidden is None or options.include_hidden:
                yield block


class ChunkStage:
    """Deterministic: a second run writes the same artifacts under the same keys."""

    def __init__(
        self,
        *,
        store: IngestStore,
        artifacts: ObjectStore,
        chunker: Chunker,
    ) -> None:
        self._store = store
        self._artifacts = artifacts
        self._chunker = chunker

    async def run(self, job: Job) -> Chunked:
        """Raises NoText when the document holds nothing to find."""
        await self._store.stage_started(job.key, Stage.CHUNK, total=1)
        artifacts = Artifacts(self._artifacts, job)
        chunks = [chunk async for chunk in self._chunker.chunk(_blocks(artifacts, job.options), job.options)]
        if not chunks:
            raise NoText
        size = max(BATCH_SIZE, ceil(len(chunks) / MAX_BATCHES))
        batches = [
            await artifacts.put_batch(self._chunker.version, index, chunks[start : start + size])
            for index, start in enumerate(range(0, len(chunks), size))
        ]
        await self._store.unit_done(job.key, Stage.CHUNK, unit=0)
        await self._store.stage_started(job.key, Stage.EMBED, total=len(batches))
        return Chunked(job=job, batches=tuple(batches))
