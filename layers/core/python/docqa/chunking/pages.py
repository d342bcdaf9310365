"""From the blocks of a document to units with offsets; sentences that a page break cuts in two become one again."""

import re
from collections.abc import AsyncIterable, AsyncIterator
from dataclasses import replace

from docqa.chunking.pieces import Piece, Unit, clipped, on_a_new_line, shifted, unit_of
from docqa.core.models import Block, BlockKind
from docqa.core.ports import TokenCounter

BETWEEN_BLOCKS = 2
"""Characters between two blocks of the document's text: two line breaks."""

_MAX_NOTES = 20
"""Footnotes of one page that may stand between the halves of a sentence."""

_ENDS = re.compile(
    r"[.!?:;\u2026\u3002\uff01\uff1f\u061f\u06d4\u0964][\"'\u2019\u201d\u00bb)\]\u201c]*(?:\[?\d{1,3}\]?)?$"
)
_NEVER_LAST = frozenset(
    "the a an of in to and or for with by from as at on that which our their its der die das und".split()
)
_HYPHEN = re.compile(r"[^\W\d_]{2,}[-\u00ad\u2010]$")


async def units_of(blocks: AsyncIterable[Block], limit: int, tokens: TokenCounter) -> AsyncIterator[Unit]:
    """Units in order. One that breaks off waits for the next page, together with the footnotes between."""
    at = 0
    held: Unit | None = None
    notes: list[Unit] = []
    async for block in blocks:
        unit = unit_of(block, at, limit, tokens)
        at += len(block.text) + BETWEEN_BLOCKS
        if unit is None:
            continue
        if held is not None:
            if _is_note_below(held, unit) and len(notes) < _MAX_NOTES:
                notes.append(unit)
                continue
            first, rest = _joined(held, unit, limit, tokens)
            yield first
            for note in notes:
                yield note
            if rest is not None and notes:
                rest = replace(rest, pieces=tuple(on_a_new_line(rest.pieces)))
            held, notes = None, []
            if rest is None:
                continue
            unit = rest
        if _breaks_off(unit):
            held = unit
        else:
            yield unit
    if held is not None:
        yield held
    for note in notes:
        yield note


def _breaks_off(unit: Unit) -> bool:
    last = unit.pieces[-1]
    prose = unit.kind in (BlockKind.PARAGRAPH, BlockKind.LIST_ITEM)
    return prose and last.page_to is not None and not _ENDS.search(last.text)


def _is_note_below(held: Unit, unit: Unit) -> bool:
    return unit.kind is BlockKind.NOTE and unit.pieces[-1].page_to == held.pieces[-1].page_to


def _joined(held: Unit, unit: Unit, limit: int, tokens: TokenCounter) -> tuple[Unit, Unit | None]:
    """The unit that breaks off, with the rest of its sentence; what is left of the other one."""
    tail, head = held.pieces[-1], unit.pieces[0]
    if unit.kind is not BlockKind.PARAGRAPH or not _goes_on(tail, head):
        return held, unit
    text, shift = _text_of(tail.text, head.text)
    count = tokens.count([text])[0]
    if count > limit:
        return held, unit
    spans = (
        *(clipped(span, 0, shift) for span in tail.spans if span.start < shift),
        *shifted(head.spans, shift),
    )
    whole = replace(tail, text=text, tokens=count, end=head.end, page_to=head.page_to, spans=spans)
    rest = unit.pieces[1:]
    return replace(held, pieces=(*held.pieces[:-1], whole)), replace(unit, pieces=rest) if rest else None


def _goes_on(tail: Piece, head: Piece) -> bool:
    """Whether `head`, at the top of the next page, goes on with the sentence that `tail` breaks off."""
    if tail.page_to is None or head.page_from != tail.page_to + 1:
        return False
    return head.text[:1].islower() or tail.text.split()[-1] in _NEVER_LAST


def _text_of(left: str, right: str) -> tuple[str, int]:
    """The whole sentence, and where `right` begins in it. A hyphen at the end of a page is no part of the word."""
    if _HYPHEN.search(left):
        return left[:-1] + right, len(left) - 1
    return f"{left} {right}", len(left) + 1
