"""Semantic cache: the same question in another form gets the hits that are there. Off unless a threshold is set.

Measured with bge-small-en-v1.5 on 725 questions (XQuAD, CLAPNQ, tables, TREC CAsT, some of our own). Which share
reaches the cosine of (a) 877 polite, lower-case or misspelt forms and (b) 50 free paraphrases; and of what asks for
something else, (c) 1,156 questions with one word changed (another name or number, first/last, before/after, who/where,
a negation), and (d) how many of the 262,450 pairs of different questions:

                      alone           numbers, names alike          same words
    cosine     a    b    c    d        a    b    c    d        a    b    c    d
    0.90     .96  .92  .50   13      .86  .64  .41   10      .92  .04  .00    0
    0.92     .94  .84  .41    5      .84  .56  .36    4      .91  .04  .00    0
    0.95     .82  .58  .27    0      .72  .36  .24    0      .79  .04  .00    0
    0.97     .60  .42  .11    0      .53  .24  .11    0      .58  .04  .00    0
    0.99     .19  .06  .01    0      .18  .04  .01    0      .17  .00  .00    0

No cosine tells a paraphrase from a question with one word changed, so that both must have the same words
(`docqa.retrieval.same_words`); the cosine then tells how much their order matters. 0.92 is a good threshold.
"""

import struct

from docqa.core.models import Hit, SearchQuery
from docqa.core.ports import Cache, Retriever
from docqa.observability import Counts
from docqa.retrieval import stored
from docqa.retrieval.cache_keys import CacheKeys
from docqa.retrieval.same_words import words_of
from docqa.retrieval.stored import Found

KEEP = 4
"""Questions of the same words that are remembered."""
_DIGEST = 64


class SemanticRetriever:
    """`Retriever` below `CachedRetriever`, which stores the hits, and `VectorRetriever`. `cache` must not fail."""

    def __init__(
        self, inner: Retriever, *, cache: Cache, keys: CacheKeys, threshold: float, ttl_s: float, counts: Counts
    ) -> None:
        self._inner = inner
        self._cache = cache
        self._keys = keys
        self._threshold = threshold
        self._ttl_s = ttl_s
        self._counts = counts

    async def search(self, query: SearchQuery) -> list[Hit]:
        """As the inner one. Raises DependencyUnavailable."""
        if query.epoch is None or query.vectors is None:
            return await self._inner.search(query)
        words, vector = words_of(query.query), query.vectors[0]
        key = self._keys.semantic(query, words)
        for digest, other in map(_unpacked, await self._cache.recent(key)):
            if cosine(other, vector) >= self._threshold:
                found = await self._stored(query, digest)
                if found is not None:
                    self._counts.add(SemanticCacheHit=1)
                    return found.tell()
        self._counts.add(SemanticCacheMiss=1)
        hits = await self._inner.search(query)
        # What was found for another form is not remembered under this one: likeness does not add up.
        digest = self._keys.answer(query.model_copy(update={"vectors": None})).rpartition(":")[2]
        item = digest.encode() + struct.pack(f"<{len(vector)}f", *vector)
        await self._cache.remember(key, item, keep=KEEP, ttl_s=self._ttl_s)
        return hits

    async def _stored(self, query: SearchQuery, digest: str) -> Found | None:
        key = self._keys.answer_of(query, digest)
        return stored.unpack(await self._cache.get(key), key=key, scope=self._keys.scope(query), query=query)


def cosine(one: tuple[float, ...], other: tuple[float, ...]) -> float:
    """Of two unit vectors; -1 when they are not of one model."""
    return sum(a * b for a, b in zip(one, other, strict=True)) if len(one) == len(other) else -1.0


def _unpacked(item: bytes) -> tuple[str, tuple[float, ...]]:
    """The digest of an answer and its question's vector; no vector when the item is broken."""
    digest, packed = item[:_DIGEST].decode("ascii", "replace"), item[_DIGEST:]
    return digest, struct.unpack(f"<{len(packed) // 4}f", packed) if len(packed) % 4 == 0 else ()
