"""`SemanticChunker`: passages that end where the subject changes.

Each sentence is embedded together with the one before and the one after it; where the cosine of two neighbours is
unusually low for their surroundings, the text drifts apart (the method is known from G. Kamradt's "5 levels of text
splitting", 2023; there the threshold is taken over the whole document, here over runs of sentences, so that a long
document is never held whole). Costs one embedding a sentence.
"""

import statistics
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from itertools import pairwise
from operator import mul
from typing import ClassVar

from docqa.chunking.pieces import Piece, Unit
from docqa.chunking.walk import Walk, WalkingChunker
from docqa.core.models import BlockKind

_RUN = 64
"""Sentences that are embedded and compared together."""

_UNUSUAL = 1.0
"""Standard deviations below the mean of a run from which on two neighbours are said to drift apart."""

_LEAST = 0.25
"""Share of a passage that must be filled before a change of subject ends it."""

_PROSE = (BlockKind.PARAGRAPH, BlockKind.LIST_ITEM, BlockKind.NOTE, BlockKind.CAPTION)


class SemanticWalk(Walk):
    """Fills passages sentence by sentence until the subject changes."""

    overlaps: ClassVar[bool] = False
    fills_below: ClassVar[float] = 1.0

    def must_part(self, left: Piece, right: Piece) -> bool:
        return right.drifts and self.held() >= _LEAST * self.room


class SemanticChunker(WalkingChunker):
    """Chunker by changes of subject; see the module."""

    version: ClassVar[str] = "semantic-1"
    walk = SemanticWalk

    async def prepared(self, units: AsyncIterator[Unit]) -> AsyncIterator[Unit]:
        """Mark the pieces that the subject changes before."""
        run: list[Unit] = []
        async for unit in units:
            if run and unit.pieces[0].record != run[-1].pieces[0].record:
                for marked in await self._marked(run):
                    yield marked
                run = []
            if unit.kind in _PROSE:
                run.append(unit)
                if sum(len(one.pieces) for one in run) < _RUN:
                    continue
                for marked in await self._marked(run):
                    yield marked
                run = []
            else:
                for marked in await self._marked(run):
                    yield marked
                run = []
                yield unit
        for marked in await self._marked(run):
            yield marked

    async def _marked(self, run: Sequence[Unit]) -> list[Unit]:
        texts = [piece.text for unit in run for piece in unit.pieces]
        if self._embed is None or len(texts) < 3:
            return list(run)
        around = [" ".join(texts[max(0, index - 1) : index + 2]) for index in range(len(texts))]
        drifting = _drifting(await self._embed(around))
        marked, at = [], 0
        for unit in run:
            whole = unit.kind is BlockKind.LIST_ITEM
            pieces = [
                replace(piece, drifts=at + n in drifting and not (whole and n)) for n, piece in enumerate(unit.pieces)
            ]
            marked.append(replace(unit, pieces=tuple(pieces)))
            at += len(pieces)
        return marked


def _drifting(vectors: Sequence[Sequence[float]]) -> set[int]:
    """Indexes of the vectors that are unusually far from the one before."""
    cosines = [sum(map(mul, left, right)) for left, right in pairwise(vectors)]
    threshold = statistics.fmean(cosines) - _UNUSUAL * statistics.pstdev(cosines)
    return {index for index, cosine in enumerate(cosines, start=1) if cosine < threshold}
