"""Maximal marginal relevance: passages that are relevant and unlike those above them.

Carbonell and Goldstein, "The Use of MMR, Diversity-Based Reranking for Reordering Documents and Producing Summaries"
(1998). Similarity is the cosine of word counts: the vectors of the index are not loaded for it.

Off by default: on 161 questions over 51 documents every strength lost recall among the first hits (diversity 0.1, 0.3
and 0.5: recall@3 from 0.839 to 0.832, 0.814 and 0.801, recall@10 from 0.907 to 0.901, 0.894 and 0.888). It is for
overviews, where what is new counts for more than what is next.
"""

import math
from collections.abc import Mapping, Sequence

from docqa.core.models import Hit, SearchQuery
from docqa.core.ports import Retriever
from docqa.core.trace import timed
from docqa.retrieval.fusion import min_max
from docqa.retrieval.tokenizer import words

CHOSEN_FROM = 3
"""Candidates for each place."""

MOST = 100
"""Candidates at most: choosing takes time in the product of places and candidates."""


class DiverseRetriever:
    """Orders by MMR when the query asks for diversity. `score` stays what it was, so that it may rise down the list."""

    def __init__(self, inner: Retriever) -> None:
        self._inner = inner

    async def search(self, query: SearchQuery) -> list[Hit]:
        """Best first, at most `top_k`. Raises DependencyUnavailable."""
        if not query.diversity:
            return await self._inner.search(query)
        candidates = max(query.top_k, min(CHOSEN_FROM * query.top_k, MOST))
        hits = await self._inner.search(query.model_copy(update={"top_k": candidates}))
        with timed("diversify"):
            said = [words(hit.text) for hit in hits]
            order = chosen([hit.score for hit in hits], said, diversity=query.diversity, wanted=query.top_k)
        return [hits[i].model_copy(update={"rank": rank}) for rank, i in enumerate(order, start=1)]


def chosen(scores: Sequence[float], terms: Sequence[Mapping[str, int]], *, diversity: float, wanted: int) -> list[int]:
    """Indexes in the order of MMR: each has the most of (1 - diversity) · score - diversity · likeness to those before.

    The scores are min-max-normalised first. Of equals the first one comes first.
    """
    relevance = min_max(scores)
    lengths = [math.sqrt(sum(count * count for count in counts.values())) for counts in terms]
    likeness = [0.0] * len(relevance)
    left = list(range(len(relevance)))
    order: list[int] = []
    while left and len(order) < wanted:
        best = max(left, key=lambda i: (1 - diversity) * relevance[i] - diversity * likeness[i])
        left.remove(best)
        order.append(best)
        for i in left:
            likeness[i] = max(likeness[i], _cosine(terms[best], terms[i], lengths[best] * lengths[i]))
    return order


def _cosine(one: Mapping[str, int], other: Mapping[str, int], lengths: float) -> float:
    if not lengths:
        return 0.0
    if len(one) > len(other):
        one, other = other, one
    return sum(count * other.get(term, 0) for term, count in one.items()) / lengths
