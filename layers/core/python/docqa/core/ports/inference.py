"""Models and the analyzer: text into vectors, terms and scores."""

from collections.abc import Sequence
from typing import ClassVar, Protocol


class Embedder(Protocol):
    """Turns texts into unit-length float vectors."""

    model: str
    """Name of the model; stored beside every vector, as vectors of two models cannot be compared."""
    dimensions: int
    languages: frozenset[str] | None
    """ISO 639-1 codes of what the model was trained for; None is a model for all languages."""

    async def embed_passages(self, texts: Sequence[str]) -> list[tuple[float, ...]]:
        """One vector a text, same order. Raises DependencyUnavailable."""
        ...

    async def embed_query(self, text: str) -> tuple[float, ...]:
        """Raises DependencyUnavailable."""
        ...

    async def embed_queries(self, texts: Sequence[str]) -> list[tuple[float, ...]]:
        """One vector a query, same order, in as few calls as possible. Raises DependencyUnavailable."""
        ...


class Embed(Protocol):
    """`Embedder.embed_passages` alone."""

    async def __call__(self, texts: Sequence[str]) -> list[tuple[float, ...]]: ...


class PairScorer(Protocol):
    """A cross-encoder: how well each passage answers the query, as raw logits (higher is better)."""

    async def score(self, query: str, passages: Sequence[str]) -> list[float]:
        """One score a passage, same order. Raises DependencyUnavailable."""
        ...


class Reranker(Protocol):
    """A second-stage model that works within a time budget."""

    model: str
    languages: frozenset[str] | None
    """ISO 639-1 codes of the languages that it is good for; None: all."""

    async def rerank(self, query: str, passages: Sequence[str], *, budget_s: float) -> list[float | None]:
        """One score a passage, same order, higher is better; None for what the budget did not reach.

        The first passages are read first. May take longer than the budget: whoever calls sees to that. Raises
        DependencyUnavailable.
        """
        ...


class Analyzer(Protocol):
    """Turns text into index terms; the same for documents and questions."""

    version: ClassVar[str]

    def terms(self, text: str) -> dict[str, int]:
        """Term → how often it stands in the text."""
        ...

    def query_terms(self, text: str) -> list[str]:
        """Distinct terms to look for."""
        ...
