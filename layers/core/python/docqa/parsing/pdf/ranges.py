"""How the pages of a PDF are dealt out to workers: pages of text in windows, pages to be recognised nearly one by one.

Recognising a page takes about a thousand times as long as reading one (1.5 s against 2 ms, measured on one core), so
those pages are what is worth spreading.
"""

from collections.abc import Iterator, Sequence
from itertools import groupby
from math import ceil

from docqa.core.models import PageRange
from docqa.parsing.pdf.furniture import windows

MAX_RANGES = 600
"""The ranges travel in the state, which holds 256 KiB (Step Functions quotas)."""
SINGLE_PAGES = 300
"""Up to so many pages to be recognised are a range each."""
_MAX_RECOGNISED_RANGES = 500
_COST = 100
"""Pages of text that take as long as one to be recognised; less than measured, so that ranges stay short."""


def page_ranges(recognised: Sequence[bool]) -> tuple[PageRange, ...]:
    """Ranges that cover all pages in order. `recognised`: for each page whether it is read by character recognition."""
    total = sum(recognised)
    together = 1 if total <= SINGLE_PAGES else ceil(total / _MAX_RECOGNISED_RANGES)
    runs = list(_runs(recognised, together))
    if len(runs) > MAX_RANGES:  # pages of both kinds alternate
        runs = list(_merged(runs, recognised))
    return tuple(PageRange(index=index, first=first, last=last) for index, (first, last) in enumerate(runs))


def _runs(recognised: Sequence[bool], together: int) -> Iterator[tuple[int, int]]:
    """(first, last) of runs of one kind, those of text no longer than a window."""
    for first, last in windows(len(recognised)):
        for kind, members in groupby(range(first, last + 1), key=lambda page: recognised[page - 1]):
            pages = list(members)
            step = together if kind else len(pages)
            for start in range(0, len(pages), step):
                yield pages[start], pages[min(start + step, len(pages)) - 1]


def _merged(runs: Sequence[tuple[int, int]], recognised: Sequence[bool]) -> Iterator[tuple[int, int]]:
    """Neighbours put together up to a like amount of work each; at most MAX_RANGES."""

    def cost(run: tuple[int, int]) -> int:
        return sum(_COST if recognised[page - 1] else 1 for page in range(run[0], run[1] + 1))

    # two neighbours always exceed the share together, so that there are at most twice as many ranges as shares
    share = 2 * sum(map(cost, runs)) / (MAX_RANGES - 1)
    first, last, held = runs[0][0], runs[0][1], cost(runs[0])
    for run in runs[1:]:
        if held + cost(run) > share:
            yield first, last
            first, held = run[0], 0
        last, held = run[1], held + cost(run)
    yield first, last
