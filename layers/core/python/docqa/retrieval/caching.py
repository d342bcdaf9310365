"""Exact query cache: the same question by the same tenant, with the same permissions, over the same documents."""

import asyncio
import secrets
import time

from docqa.core.models import Hit, SearchQuery
from docqa.core.ports import Cache, Retriever
from docqa.core.trace import overheard, timed
from docqa.observability import Counts
from docqa.retrieval import stored
from docqa.retrieval.cache_keys import CacheKeys, normalised
from docqa.retrieval.flights import Flights
from docqa.retrieval.stored import Found

WAIT_S = 3.0
"""Longest wait for somebody else's computation; a reranked search takes one second."""
POLL_S = 0.025


class CachedRetriever:
    """`Retriever` over another; a query without an epoch passes by. Identical misses at one time are computed once.

    `cache` must not fail (`BestEffort`).
    """

    def __init__(self, inner: Retriever, *, cache: Cache, keys: CacheKeys, ttl_s: float, counts: Counts) -> None:
        self._inner = inner
        self._cache = cache
        self._keys = keys
        self._ttl_s = ttl_s
        self._counts = counts
        self._flights: Flights[Found] = Flights(wait_s=WAIT_S)

    async def search(self, query: SearchQuery) -> list[Hit]:
        """As the inner one; what that told comes with the hits. Raises DependencyUnavailable."""
        if query.epoch is None:
            return await self._inner.search(query)
        # What is computed is what the key says: all spellings of it get the same answer.
        texts = {"query": normalised(query.query), "rewrites": tuple(map(normalised, query.rewrites))}
        query = query.model_copy(update=texts)
        key = self._keys.answer(query)
        found, shared = await self._flights.run(key, lambda: self._find(key, query))
        if shared:
            self._counts.add(SearchCacheShared=1)
        return found.tell()

    async def _find(self, key: str, query: SearchQuery) -> Found:
        """From the cache, or computed; another environment that computes it already is waited for."""
        scope, token = self._keys.scope(query), secrets.token_bytes(8)
        end = time.monotonic() + WAIT_S
        with timed("cache"):
            while True:
                found = stored.unpack(await self._cache.get(key), key=key, scope=scope, query=query)
                if found is not None:
                    self._counts.add(SearchCacheHit=1)
                    return found
                claimed = await self._cache.claim(f"{key}:claim", token, ttl_s=WAIT_S)
                if claimed or time.monotonic() > end:
                    break
                await asyncio.sleep(POLL_S)
        self._counts.add(SearchCacheMiss=1)
        try:
            return await self._compute(key, scope, query)
        finally:
            if claimed:
                await self._cache.release(f"{key}:claim", token)

    async def _compute(self, key: str, scope: str, query: SearchQuery) -> Found:
        with overheard() as told:
            hits = await self._inner.search(query)
        found = Found(key=key, scope=scope, hits=tuple(hits), notes=tuple(told.notes), reranking=told.reranking)
        data = stored.pack(found) if found.lasts else None
        if data is not None:
            await self._cache.set(key, data, ttl_s=self._ttl_s)
        return found
