"""What a search did beside finding: how long its stages took, and what became of its reranking.

Retrievers are decorators around each other that return hits alone. Each writes here what else there is to tell, into
the trace of whoever asked; where nobody did, nothing is kept.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field

from docqa.core.models import Reranking


@dataclass
class SearchTrace:
    """`timings_ms`: stage → milliseconds, of all its runs together. `notes`: what the one who asked should know."""

    timings_ms: dict[str, float] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    reranking: Reranking | None = None


_current: ContextVar[SearchTrace | None] = ContextVar("search_trace", default=None)


@contextmanager
def traced() -> Iterator[SearchTrace]:
    """The trace of the searches made within the block, also by tasks started there."""
    trace = SearchTrace()
    token = _current.set(trace)
    try:
        yield trace
    finally:
        _current.reset(token)


@contextmanager
def overheard() -> Iterator[SearchTrace]:
    """A trace of the block alone; whoever asked gets to know it as well."""
    outer = _current.get()
    with traced() as trace:
        try:
            yield trace
        finally:
            if outer is not None:
                for stage, taken in trace.timings_ms.items():
                    outer.timings_ms[stage] = round(outer.timings_ms.get(stage, 0.0) + taken, 1)
                outer.notes += [text for text in trace.notes if text not in outer.notes]
                outer.reranking = trace.reranking or outer.reranking


@contextmanager
def timed(stage: str) -> Iterator[None]:
    """Count what the block takes for the stage."""
    trace = _current.get()
    start = time.perf_counter()
    try:
        yield
    finally:
        if trace is not None:
            taken = (time.perf_counter() - start) * 1000
            trace.timings_ms[stage] = round(trace.timings_ms.get(stage, 0.0) + taken, 1)


def note(text: str) -> None:
    """Tell the one who asked, once, in words that can be shown."""
    trace = _current.get()
    if trace is not None and text not in trace.notes:
        trace.notes.append(text)


def reranked(reranking: Reranking) -> None:
    """Tell what the second stage did."""
    trace = _current.get()
    if trace is not None:
        trace.reranking = reranking
