"""Fourth stage, once per batch and in parallel: passages → vectors and terms, copied into the unpublished version."""

import hashlib
from collections.abc import Callable

from docqa.core.models import Batch, IndexedChunk, Job, Stage
from docqa.core.ports import Analyzer, Embedder, IngestStore, ObjectStore
from docqa.ingestion.artifacts import Artifacts


class EmbedStage:
    """A text that this tenant had embedded before is not embedded again. `embedder_for` None: the default model."""

    def __init__(
        self,
        *,
        store: IngestStore,
        artifacts: ObjectStore,
        embedder_for: Callable[[str | None], Embedder],
        analyzer: Analyzer,
    ) -> None:
        self._store = store
        self._artifacts = artifacts
        self._embedder_for = embedder_for
        self._analyzer = analyzer

    async def run(self, job: Job, batch: Batch) -> int:
        """Number of texts that had to be embedded. Raises DependencyUnavailable."""
        embedder = self._embedder_for(await self._store.embedding_model(job.key.tenant_id))
        artifacts = Artifacts(self._artifacts, job)
        chunks = await artifacts.batch(batch)
        searchable = [chunk.searchable_text(embed_headings=job.options.embed_headings) for chunk in chunks]
        hashes = [text_hash(text) for text in searchable]
        texts = dict(zip(hashes, searchable, strict=True))
        vectors = dict(await self._store.known_embeddings(job.key.tenant_id, embedder.model, list(texts)))
        new = {digest: text for digest, text in texts.items() if digest not in vectors}
        if new:
            vectors.update(zip(new, await embedder.embed_passages(list(new.values())), strict=True))
        indexed = [
            IndexedChunk(
                chunk=chunk, content_hash=digest, embedding=vectors[digest], terms=self._analyzer.terms(texts[digest])
            )
            for chunk, digest in zip(chunks, hashes, strict=True)
        ]
        await self._store.add_chunks(job.key, indexed, model=embedder.model, batch=batch.index)
        await self._store.unit_done(job.key, Stage.EMBED, unit=batch.index)
        return len(new)


def text_hash(text: str) -> bytes:
    """sha256 of the text as embedded."""
    return hashlib.sha256(text.encode()).digest()
