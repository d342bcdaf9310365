"""`SectionChunker`: passages that never reach across a heading, nor across a page without need."""

from itertools import accumulate
from typing import ClassVar

from docqa.chunking.drafts import Draft
from docqa.chunking.pieces import Piece, total
from docqa.chunking.walk import Walk, WalkingChunker

_TAIL = 0.15
"""Share of a passage below which the end of a section does not stand alone."""

_AWAY_FROM_BLOCK_ENDS = 0.2
"""Cutting within a block counts as being this share of the text farther from its middle."""


class SectionWalk(Walk):
    """Blocks stay whole where that leaves passages at least half full; short ends are shared out."""

    parts_at_headings: ClassVar[bool] = True
    parts_at_pages: ClassVar[bool] = True
    overlaps: ClassVar[bool] = False
    fills_below: ClassVar[float] = 0.5

    def emit(self, draft: Draft) -> None:
        last = self.last
        if last is None or not self._is_tail(last, draft):
            super().emit(draft)
            return
        pieces = [*last.pieces, *draft.pieces]
        if total(pieces) <= self.room:
            last.pieces = pieces
            return
        middle = _middle(pieces)
        last.pieces, draft.pieces = pieces[:middle], pieces[middle:]
        super().emit(draft)

    def _is_tail(self, last: Draft, draft: Draft) -> bool:
        same_page = len({*last.pages, *draft.pages}) == 1
        same_place = same_page and last.section == draft.section and last.path == draft.path
        return same_place and not last.closed and not draft.closed and draft.tokens < _TAIL * self.room


def _middle(pieces: list[Piece]) -> int:
    """Where to cut so that both parts are about as long, rather between blocks than within one."""
    whole = total(pieces)

    def distance(index: int, before: int) -> float:
        within = not pieces[index].joiner.startswith("\n")
        return abs(2 * before - whole) + _AWAY_FROM_BLOCK_ENDS * whole * within

    sums = list(accumulate(piece.tokens for piece in pieces))
    return min(range(1, len(pieces)), key=lambda index: distance(index, sums[index - 1]))


class SectionChunker(WalkingChunker):
    """Chunker by sections, pages and sentences; see the module."""

    version: ClassVar[str] = "sections-2"
    walk = SectionWalk
