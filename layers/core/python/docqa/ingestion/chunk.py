"""Third stage: the blocks of all ranges → passages, in batches for embedding."""

from math import ceil

from docqa.core.models import Batch, Job, Model, Stage
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
        plan = await artifacts.plan()
        chunks = self._chunker.chunk([await artifacts.range(pages) for pages in plan.ranges])
        size = max(BATCH_SIZE, ceil(len(chunks) / MAX_BATCHES))
        batches = [
            await artifacts.put_batch(self._chunker.version, index, chunks[start : start + size])
            for index, start in enumerate(range(0, len(chunks), size))
        ]
        await self._store.unit_done(job.key, Stage.CHUNK, unit=0)
        await self._store.stage_started(job.key, Stage.EMBED, total=len(batches))
        return Chunked(job=job, batches=tuple(batches))
