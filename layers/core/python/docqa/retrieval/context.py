"""Neighbour windows and parents: what stands around a found passage comes with it.

A small passage is found precisely and reads badly alone. The passage itself (text, spans, what a citation quotes) stays
as it is; its surroundings are fields of their own.
"""

from collections.abc import Sequence

from docqa.core.models import Hit, SearchQuery, Surroundings
from docqa.core.ports import PassageContext, Retriever
from docqa.core.trace import timed

SIDE_CHARACTERS = 4_000
"""On either side of a hit, about 1,000 tokens: ten hits with their surroundings still fit into a model's context."""

_OVERLAP = range(20, 1_000)
"""Characters that neighbours may share on purpose; fewer are chance, and no option makes it more."""


class ContextRetriever:
    """Adds surroundings when the query asks for a window or for parents."""

    def __init__(self, inner: Retriever, *, context: PassageContext) -> None:
        self._inner = inner
        self._context = context

    async def search(self, query: SearchQuery) -> list[Hit]:
        """The inner retriever's hits, in its order. Raises DependencyUnavailable."""
        hits = await self._inner.search(query)
        if not hits or not (query.window or query.parents):
            return hits
        with timed("context"):
            around = await self._context.around(
                query.tenant_id, [hit.chunk_id for hit in hits], window=query.window, parents=query.parents
            )
        return [_surrounded(hit, around.get(hit.chunk_id, Surroundings())) for hit in hits]


def _surrounded(hit: Hit, around: Surroundings) -> Hit:
    before, after = _before(around.before, hit.text), _after(around.after, hit.text)
    return hit.model_copy(update={"context_before": before, "context_after": after})


def _before(texts: Sequence[str], own: str) -> str:
    """As many of the nearest texts as there is room for, whole, without what each shares with the next."""
    kept: list[str] = []
    room, following = SIDE_CHARACTERS, own
    for text in reversed(texts):
        new = text[: len(text) - _shared(text, following)]
        if len(new) > room:
            break
        kept.append(new.rstrip())
        room, following = room - len(new), text
    return "\n\n".join(reversed(kept))


def _after(texts: Sequence[str], own: str) -> str:
    kept: list[str] = []
    room, preceding = SIDE_CHARACTERS, own
    for text in texts:
        new = text[_shared(preceding, text) :]
        if len(new) > room:
            break
        kept.append(new.lstrip())
        room, preceding = room - len(new), text
    return "\n\n".join(kept)


def _shared(one: str, other: str) -> int:
    """How many characters at the end of `one` are the beginning of `other`."""
    longest = min(len(one), len(other), _OVERLAP.stop - 1)
    return next((n for n in range(longest, _OVERLAP.start - 1, -1) if one.endswith(other[:n])), 0)
