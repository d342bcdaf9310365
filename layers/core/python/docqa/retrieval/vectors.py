"""Embedding cache: a tenant's question is embedded once, whatever else changes around it."""

import asyncio
import hashlib
import math
import struct
from collections.abc import Callable

from docqa.core.models import Hit, SearchMode, SearchQuery
from docqa.core.ports import Cache, Embedder, Retriever
from docqa.core.trace import timed
from docqa.observability import Counts
from docqa.retrieval.cache_keys import CacheKeys

TTL_S = 24 * 3600
"""A vector is out of date only with its model, which is in the key."""

Vector = tuple[float, ...]


class VectorRetriever:
    """`Retriever` that gives the one below it the vectors of the question. `cache` must not fail (`BestEffort`)."""

    def __init__(
        self,
        inner: Retriever,
        *,
        embedder_for: Callable[[str | None], Embedder],
        cache: Cache,
        keys: CacheKeys,
        counts: Counts,
    ) -> None:
        """`embedder_for`: by the name of a model, None for the default one."""
        self._inner = inner
        self._embedder_for = embedder_for
        self._cache = cache
        self._keys = keys
        self._counts = counts

    async def search(self, query: SearchQuery) -> list[Hit]:
        """As the inner one. Raises DependencyUnavailable."""
        if query.epoch is not None and query.vectors is None and query.mode != SearchMode.LEXICAL:
            with timed("embed"):
                query = query.model_copy(update={"vectors": await self._vectors(query)})
        return await self._inner.search(query)

    async def _vectors(self, query: SearchQuery) -> tuple[Vector, ...]:
        """One a text: from the cache, and all that are not there in one call."""
        embedder = self._embedder_for(query.embedding_model)
        keys = {text: self._keys.vector(query.tenant_id, embedder.model, text) for text in query.texts}
        stored = await asyncio.gather(*map(self._cache.get, keys.values()))
        vectors = {
            text: unpack(data, key=key, dimensions=embedder.dimensions)
            for (text, key), data in zip(keys.items(), stored, strict=True)
        }
        missing = [text for text, vector in vectors.items() if vector is None]
        self._counts.add(EmbeddingCacheHit=len(vectors) - len(missing), EmbeddingCacheMiss=len(missing))
        if missing:
            made = dict(zip(missing, await _embedded(embedder, missing), strict=True))
            values = {keys[text]: pack(keys[text], vector) for text, vector in made.items()}
            await asyncio.gather(*(self._cache.set(key, value, ttl_s=TTL_S) for key, value in values.items()))
            vectors |= made
        return tuple(vector for vector in vectors.values() if vector is not None)


async def _embedded(embedder: Embedder, texts: list[str]) -> list[Vector]:
    if len(texts) == 1:
        return [await embedder.embed_query(texts[0])]
    return await embedder.embed_queries(texts)


def pack(key: str, vector: Vector) -> bytes:
    """Digest of the key, then float32, little-endian."""
    return hashlib.sha256(key.encode()).digest() + struct.pack(f"<{len(vector)}f", *vector)


def unpack(data: bytes | None, *, key: str, dimensions: int) -> Vector | None:
    """None for bytes that were not packed under this key, and for what is no vector of unit length."""
    if data is None or len(data) != 32 + 4 * dimensions or data[:32] != hashlib.sha256(key.encode()).digest():
        return None
    vector = struct.unpack(f"<{dimensions}f", data[32:])
    length = math.hypot(*vector)
    return vector if 0.99 < length < 1.01 else None
