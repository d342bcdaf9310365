"""One way of a peer to rank passages."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

DEPTH = 100
RERANKED = 20
"""As many as our second stage reads."""


@dataclass(frozen=True)
class Method:
    """`kind`: "lexical", "dense", "hybrid" or "reranked". `rank`: id of a question → ids of passages, best first."""

    name: str
    kind: str
    rank: Callable[[str], list[str]]


def best(names: Sequence[str], scores: Iterable[float]) -> list[str]:
    """Names by descending score, those above zero."""
    found = sorted(zip(scores, names, strict=True), key=lambda pair: -pair[0])
    return [name for score, name in found[:DEPTH] if score > 0]
