"""Retrieval in memory, as the search statement does it, and the usual metrics with their uncertainty."""

import hashlib
import math
import sqlite3
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from docqa.core.ports import Analyzer, Embedder

Floats = NDArray[np.float64]
POOL = 100
K1, B = 1.2, 0.75
RESAMPLES = 4_000


class EmbeddingCache:
    """Vectors of passages by the hash of their text, kept on disk: most texts are shared by several runs."""

    def __init__(self, path: Path, embedder: Embedder) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._database = sqlite3.connect(path)
        self._database.execute("create table if not exists vectors (hash blob primary key, vector blob) without rowid")
        self._embedder = embedder

    async def vectors(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """One row a text."""
        hashes = [hashlib.sha256(f"{self._embedder.model}\0{text}".encode()).digest() for text in texts]
        missing = {digest: text for digest, text in zip(hashes, texts, strict=True) if not self._get(digest)}
        todo = list(missing.items())
        for start in range(0, len(todo), 256):
            part = todo[start : start + 256]
            found = await self._embedder.embed_passages([text for _, text in part])
            rows = [
                (digest, np.asarray(v, dtype=np.float32).tobytes()) for (digest, _), v in zip(part, found, strict=True)
            ]
            self._database.executemany("insert or replace into vectors values (?, ?)", rows)
            self._database.commit()
        raw = b"".join(self._get(digest) or b"" for digest in hashes)
        return np.frombuffer(raw, dtype=np.float32).reshape(len(texts), self._embedder.dimensions)

    def _get(self, digest: bytes) -> bytes | None:
        row = self._database.execute("select vector from vectors where hash = ?", (digest,)).fetchone()
        return None if row is None else bytes(row[0])


class MemoryIndex:
    """BM25, cosine and their mean after min-max over a pool, as in `docqa/database/search.sql`."""

    def __init__(self, texts: Sequence[str], vectors: NDArray[np.float32], analyzer: Analyzer) -> None:
        self._vectors = vectors
        self._postings: dict[str, list[tuple[int, int]]] = defaultdict(list)
        lengths = []
        for number, text in enumerate(texts):
            terms = analyzer.terms(text)
            lengths.append(sum(terms.values()))
            for term, count in terms.items():
                self._postings[term].append((number, count))
        self._norm = K1 * (1 - B + B * np.array(lengths) / (np.mean(lengths) or 1.0))

    def best(self, vector: Sequence[float], terms: Sequence[str], top_k: int) -> list[int]:
        """Numbers of the best texts, best first."""
        dense = self._vectors @ np.array(vector, dtype=np.float32)
        lexical = np.zeros(len(dense))
        for term in terms:
            found = self._postings.get(term, [])
            idf = math.log(1 + (len(dense) - len(found) + 0.5) / (len(found) + 0.5))
            for number, count in found:
                lexical[number] += idf * count * (K1 + 1) / (count + self._norm[number])
        matched = [int(n) for n in np.argsort(-lexical, kind="stable")[:POOL] if lexical[n] > 0]
        near = [int(n) for n in np.argsort(-dense, kind="stable")[:POOL]]
        pool = np.array(sorted({*matched, *near}))
        score = (_scaled(dense[pool]) + _scaled(lexical[pool])) / 2
        return [int(n) for n in pool[np.argsort(-score, kind="stable")[:top_k]]]


def _scaled(values: NDArray[np.floating]) -> Floats:
    low, high = float(values.min()), float(values.max())
    if high > low:
        return np.asarray((values - low) / (high - low), dtype=np.float64)
    return np.full(len(values), float(high > 0))


@dataclass(frozen=True)
class Found:
    """What one question's ranking is worth. `within`: found in the first 1,000 tokens read."""

    recall_1: float
    recall_5: float
    recall_10: float
    within: float
    mrr: float
    ndcg: float


def judged(relevant: Sequence[bool], sizes: Sequence[int], total: int, *, budget: int = 1_000) -> Found:
    """`relevant` and `sizes` (tokens) of the ranked passages, best first; `total` relevant ones there are."""
    gains = [1.0 if hit else 0.0 for hit in relevant]
    first = next((rank for rank, hit in enumerate(relevant, start=1) if hit), None)
    read, within = 0, 0.0
    for hit, size in zip(relevant, sizes, strict=True):
        read += size
        if read > budget:
            break
        within = max(within, float(hit))
    ideal = sum(1 / math.log2(rank + 1) for rank in range(1, min(total, 10) + 1))
    gained = sum(gain / math.log2(rank + 1) for rank, gain in enumerate(gains[:10], start=1))
    return Found(
        recall_1=max(gains[:1], default=0.0),
        recall_5=max(gains[:5], default=0.0),
        recall_10=max(gains[:10], default=0.0),
        within=within,
        mrr=1 / first if first else 0.0,
        ndcg=gained / ideal if ideal else 0.0,
    )


def interval(values: Sequence[float], *, seed: int = 7) -> tuple[float, float, float]:
    """Mean and its 95 % interval by bootstrap over the questions (percentiles of resampled means)."""
    array = np.array(values)
    dice = np.random.default_rng(seed)
    means = array[dice.integers(0, len(array), (RESAMPLES, len(array)))].mean(axis=1)
    low, high = np.percentile(means, [2.5, 97.5])
    return float(array.mean()), float(low), float(high)
