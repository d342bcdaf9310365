"""Near-duplicates: of passages that say the same, only the best stays.

Files repeat themselves (running text, a section printed twice) and come in copies. Two passages are the same when their
text is, or when they share nearly all of their words and what they do not share is no number and no negation: what a
row, a date or a "not" tells apart is not the same.

On 161 questions over 51 documents that hardly repeat themselves it changed no recall; with every document there twice
it took recall@10 from 0.857 back to 0.907. It takes about 1 ms.
"""

import unicodedata
from collections.abc import Sequence

from docqa.core.models import Hit, SearchQuery
from docqa.core.ports import Retriever
from docqa.core.trace import timed
from docqa.retrieval.tokenizer import words

ALIKE = 0.9
"""Jaccard similarity of the word sets from which two passages say the same."""

SPARE = 20
"""More candidates than wanted, so that there is something for the places of duplicates."""

_NEGATIONS = frozenset(
    """no not never none nor without except unless cannot t nicht kein keine keinen nie ohne außer ne pas jamais sans
    aucun aucune nunca sin ningún non mai senza nessun não sem nenhum niet geen nooit zonder inte ingen utan ikke uden
    не нет без никогда""".split()
)
"""`t` is what is left of "don't"."""


class DeduplicatingRetriever:
    """Drops near-duplicates when the query asks for it."""

    def __init__(self, inner: Retriever) -> None:
        self._inner = inner

    async def search(self, query: SearchQuery) -> list[Hit]:
        """Best first, at most `top_k`. Raises DependencyUnavailable."""
        if not query.deduplicate:
            return await self._inner.search(query)
        hits = await self._inner.search(query.model_copy(update={"top_k": query.top_k + SPARE}))
        with timed("deduplicate"):
            kept = distinct(hits, wanted=query.top_k)
        return [hit.model_copy(update={"rank": rank}) for rank, hit in enumerate(kept, start=1)]


def distinct(hits: Sequence[Hit], *, wanted: int) -> list[Hit]:
    """The first `wanted` hits of which none says what an earlier one does."""
    kept: list[Hit] = []
    texts: set[str] = set()
    seen: list[frozenset[str]] = []
    for hit in hits:
        if len(kept) == wanted:
            break
        text, said = _normal(hit.text), frozenset(words(hit.text))
        if text in texts or any(_alike(said, other) for other in seen):
            continue
        kept.append(hit)
        texts.add(text)
        seen.append(said)
    return kept


def _normal(text: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def _alike(one: frozenset[str], other: frozenset[str]) -> bool:
    fewer, more = sorted((len(one), len(other)))
    if not fewer or fewer < ALIKE * more:
        return False  # nothing to compare, or too few to share enough
    if len(one & other) < ALIKE * len(one | other):
        return False
    apart = one ^ other
    return not (apart & _NEGATIONS or any(character.isdigit() for word in apart for character in word))
