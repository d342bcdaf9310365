"""`Retriever`: tokenize and embed the question, ask the index. What comes after are decorators around it."""

import asyncio
from collections.abc import Callable, Sequence

from docqa.core.models import Hit, SearchMode, SearchQuery
from docqa.core.ports import Analyzer, Embedder, SearchIndex
from docqa.core.trace import note, timed
from docqa.retrieval.fusion import RRF_K, reciprocal_ranks
from docqa.retrieval.weighting import FEEDBACK, FOREIGN, KNOWN, dense_weight

POOL = 100
"""Candidates of each kind that the first stage fuses."""

DEPTH = 30
"""Of each ranking when several are fused: what stands below the wanted places in all of them may belong there."""


class HybridRetriever:
    """The first stage: dense, lexical or both, for one wording of the question or several."""

    def __init__(
        self, *, index: SearchIndex, embedder_for: Callable[[str | None], Embedder], analyzer: Analyzer
    ) -> None:
        """`embedder_for`: by the name of a model, None for the default one."""
        self._index = index
        self._embedder_for = embedder_for
        self._analyzer = analyzer

    async def search(self, query: SearchQuery) -> list[Hit]:
        """Best first, at most `top_k`; results of several wordings are fused by rank. Raises DependencyUnavailable."""
        texts = query.texts
        each = query if len(texts) == 1 else query.model_copy(update={"top_k": max(query.top_k, DEPTH)})
        embedder = self._embedder_for(query.embedding_model)
        vectors = await self._vectors(embedder, query)
        with timed("find"):
            rankings = await asyncio.gather(
                *(self._find(embedder, each, text, vector) for text, vector in zip(texts, vectors, strict=True))
            )
        return rankings[0] if len(rankings) == 1 else _fused(rankings)[: query.top_k]

    async def _vectors(self, embedder: Embedder, query: SearchQuery) -> Sequence[tuple[float, ...] | None]:
        texts = query.texts
        if query.mode == SearchMode.LEXICAL:
            return [None] * len(texts)
        if query.vectors is not None:
            return query.vectors
        with timed("embed"):
            if len(texts) == 1:
                return [await embedder.embed_query(texts[0])]
            return await embedder.embed_queries(texts)

    async def _find(
        self, embedder: Embedder, query: SearchQuery, text: str, vector: tuple[float, ...] | None
    ) -> list[Hit]:
        terms = () if query.mode == SearchMode.DENSE else self._analyzer.query_terms(text)
        weight = dense_weight(text, embedder.languages)
        hits = await self._index.find(
            query,
            vector=vector,
            model=embedder.model,
            terms=terms,
            pool=max(POOL, query.top_k),
            dense_weight=weight,
            feedback=FEEDBACK if weight == KNOWN and query.mode == SearchMode.HYBRID else 0.0,
        )
        if query.mode == SearchMode.HYBRID and hits:
            if not any(hit.lexical_score for hit in hits):
                note("no word of the question stands anywhere: found by meaning alone")
            elif weight == FOREIGN:
                note("found by words above all: the embedding model does not read this language")
        return hits


def _fused(rankings: Sequence[Sequence[Hit]]) -> list[Hit]:
    """By rank; the other fields are those of the first ranking that has the passage. `score`: 1 is first in each."""
    found = {hit.chunk_id: hit for ranking in reversed(rankings) for hit in ranking}
    scores = reciprocal_ranks([[hit.chunk_id for hit in ranking] for ranking in rankings])
    most = len(rankings) / (RRF_K + 1)
    return [
        found[chunk_id].model_copy(update={"rank": rank, "score": score / most})
        for rank, (chunk_id, score) in enumerate(scores.items(), start=1)
    ]
