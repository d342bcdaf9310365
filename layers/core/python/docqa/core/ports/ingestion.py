"""What the stages of ingestion write and start, and what is done to everything that is stored."""

from collections.abc import Mapping, Sequence
from typing import Protocol
from uuid import UUID

from docqa.core.models import (
    Claim,
    DocumentMetadata,
    DocumentWarning,
    Failure,
    IndexedChunk,
    Job,
    OpenVersion,
    Stage,
    Unembedded,
    VersionKey,
)


class IngestStore(Protocol):
    """What the stages write. Every call is idempotent for the execution that holds the claim."""

    async def claim(self, key: VersionKey, *, execution_id: str, deadline_s: int) -> Claim | None:
        """One statement; None if another execution holds or finished this version."""
        ...

    async def describe(self, job: Job, *, size_bytes: int) -> None:
        """Store what claim found out: content hash, page count, size."""
        ...

    async def describe_content(
        self,
        key: VersionKey,
        *,
        metadata: DocumentMetadata,
        warnings: Sequence[DocumentWarning],
        language: str | None,
        chunker: str,
    ) -> None:
        """Store what was read: what the file says of itself, what was noticed, its language, which chunker cut it."""
        ...

    async def stage_started(self, key: VersionKey, stage: Stage, *, total: int) -> None: ...
    async def unit_done(self, key: VersionKey, stage: Stage, *, unit: int) -> None:
        """Count a unit of a stage once, however often it is reported; finishes the stage when all are done."""
        ...

    async def embedding_model(self, tenant_id: UUID) -> str | None:
        """Whose vectors the tenant's searches use; None before anything was published."""
        ...

    async def known_embeddings(
        self, tenant_id: UUID, model: str, hashes: Sequence[bytes]
    ) -> Mapping[bytes, tuple[float, ...]]: ...
    async def add_chunks(self, key: VersionKey, chunks: Sequence[IndexedChunk], *, model: str, batch: int) -> None:
        """COPY the batch into the not yet visible version, replacing what an earlier try of this batch wrote."""
        ...

    async def publish(self, key: VersionKey) -> None:
        """One transaction: this version becomes the active one, the old one's rows go, the tenant's epoch moves.

        Counts what it publishes. Raises ProcessingFailed when a batch of the embed stage was never done, NotFound when
        the document was deleted meanwhile.
        """
        ...

    async def mark_ready(self, key: VersionKey) -> None: ...
    async def sample_text(self, key: VersionKey) -> str:
        """Text of one stored chunk of the version, for the probe query."""
        ...

    async def fail(self, key: VersionKey, *, execution_id: str, failure: Failure) -> bool:
        """Processing → failed, only for the execution that holds the claim; whether anything changed."""
        ...

    async def open_versions(self) -> list[OpenVersion]:
        """Versions of documents that are not deleted, neither ready nor failed, oldest first, at most 500."""
        ...

    async def release(self, key: VersionKey, *, execution_id: str | None) -> bool:
        """Processing → awaiting_upload for a version whose execution is gone, so that a new one can claim it."""
        ...

    async def expire_upload(self, key: VersionKey, *, failure: Failure) -> bool:
        """awaiting_upload → failed; whether anything changed."""
        ...


class Executions(Protocol):
    """Starts and looks at ingest executions."""

    async def start(self, key: VersionKey, *, name: str) -> None:
        """Start an execution for an uploaded version. The same name twice starts one."""
        ...

    async def is_running(self, execution_id: str) -> bool: ...


class IndexStore(Protocol):
    """Indexes of the vectors of large tenants."""

    async def tend(self) -> tuple[list[str], list[str]]:
        """Build what is missing and drop what is useless: (names built, names dropped). Never twice at a time."""
        ...

    async def valid(self) -> list[str]:
        """Names of the indexes that searches use."""
        ...

    async def recall(self, name: str) -> float:
        """Share (0..1) of the truly nearest passages that the index finds, by samples. Raises NotFound."""
        ...


class ReindexStore(Protocol):
    """Vectors of a new model, made beside those that are searched."""

    async def tenants_behind(self, model: str) -> list[UUID]:
        """Those whose searches use another model."""
        ...

    async def missing(self, tenant_id: UUID, model: str, *, after: tuple[int, int], limit: int) -> list[Unembedded]:
        """Passages without a vector of the model, from behind (version, ordinal) on."""
        ...

    async def add_vectors(
        self, tenant_id: UUID, model: str, passages: Sequence[Unembedded], vectors: Sequence[tuple[float, ...]]
    ) -> None: ...
    async def switch(self, tenant_id: UUID, model: str) -> bool:
        """Search with the model from now on; False, and nothing changed, while some passage has no vector of it."""
        ...
