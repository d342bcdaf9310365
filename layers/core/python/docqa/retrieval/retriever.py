"""`Retriever`: tokenize and embed the question, ask the index, have the best passages read again by a cross-encoder."""

from docqa.core.models import Hit, SearchMode, SearchQuery
from docqa.core.ports import Analyzer, Embedder, PairScorer, SearchIndex
from docqa.retrieval.fusion import averaged

POOL = 100
"""Candidates of each kind that the first stage fuses."""

RERANKED = 20
"""Passages that the cross-encoder reads: 48 ms each on one thread."""


class HybridRetriever:
    """Dense, lexical or both; optionally reranked."""

    def __init__(
        self, *, index: SearchIndex, embedder: Embedder, analyzer: Analyzer, scorer: PairScorer | None = None
    ) -> None:
        self._index = index
        self._embedder = embedder
        self._analyzer = analyzer
        self._scorer = scorer

    async def search(self, query: SearchQuery) -> list[Hit]:
        """Best first, at most `top_k`; without a scorer `rerank` changes nothing. Raises DependencyUnavailable."""
        reranked = query.rerank and self._scorer is not None
        wanted = query.model_copy(update={"top_k": max(query.top_k, RERANKED)}) if reranked else query
        hits = await self._index.find(
            wanted,
            vector=None if query.mode == SearchMode.LEXICAL else await self._embedder.embed_query(query.query),
            model=self._embedder.model,
            terms=() if query.mode == SearchMode.DENSE else self._analyzer.query_terms(query.query),
            pool=max(POOL, wanted.top_k),
        )
        if reranked and self._scorer is not None and hits:
            hits = await self._rerank(self._scorer, query.query, hits)
        return hits[: query.top_k]

    async def _rerank(self, scorer: PairScorer, text: str, hits: list[Hit]) -> list[Hit]:
        """Average of both stages: alone, the cross-encoder was worse than the first stage on two of five data sets."""
        head, tail = hits[:RERANKED], hits[RERANKED:]
        logits = await scorer.score(text, ["\n".join([*hit.heading_path[-2:], hit.text]) for hit in head])
        fused = averaged([hit.score for hit in head], logits)
        order = sorted(range(len(head)), key=lambda i: (-fused[i], head[i].rank))
        best = [head[i].model_copy(update={"score": fused[i], "rerank_score": logits[i]}) for i in order]
        floor = best[-1].score
        # What was not read again stays behind what was, in its old order.
        rest = [hit.model_copy(update={"score": min(hit.score, floor)}) for hit in tail]
        return [hit.model_copy(update={"rank": rank}) for rank, hit in enumerate([*best, *rest], start=1)]
