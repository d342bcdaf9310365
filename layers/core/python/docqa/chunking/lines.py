"""Passages of lines that stand for themselves: tables, summaries. The same in all strategies."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from docqa.chunking.drafts import Draft
from docqa.chunking.measure import fitting_prefix, word_cut
from docqa.chunking.pieces import Piece, Unit, divided, on_a_new_line, total
from docqa.core.ports import TokenCounter

HEADER_SHARE = 1 / 3
_CAPTION_SHARE = 1 / 6
"""What would take more of each passage than this is not repeated."""


@dataclass(frozen=True)
class Place:
    """Where lines stand, and how many tokens a passage of them may have."""

    room: int
    path: tuple[str, ...]
    section: int
    parts_at_pages: bool
    tokens: TokenCounter


def table_drafts(unit: Unit, lead: Sequence[Piece], caption: Sequence[Piece], place: Place) -> Iterator[Draft]:
    """`lead` (headings that are part of the text) and `caption` stand above a table's first passage.

    Each other one begins with the caption and the header line again, if these are short.
    """
    pieces = unit.pieces
    whole = len(pieces) > 1 and "\n" in pieces[1].joiner
    repeats = unit.has_header and whole and pieces[0].tokens <= place.room * HEADER_SHARE
    header = on_a_new_line(pieces[:1]) if repeats else []
    above = [*lead, *on_a_new_line(caption)]
    if total(above) > place.room * HEADER_SHARE:
        yield from line_drafts(above, [], [], place)
        above = []
    repeated = caption if total(caption) <= place.room * _CAPTION_SHARE else ()
    yield from line_drafts(pieces[len(header) :], [*above, *header], [*repeated, *header], place)


def line_drafts(
    pieces: Sequence[Piece], above: Sequence[Piece], repeated: Sequence[Piece], place: Place
) -> Iterator[Draft]:
    """Passages of lines. `above` begins the first of them, `repeated` each other one."""
    draft = Draft(list(above), place.path, place.section, closed=True)
    lines = 0
    for piece in _fitting(pieces, place.room - max(total(above), total(repeated)), place.tokens):
        page_ends = place.parts_at_pages and lines and draft.pieces[-1].page_to != piece.page_from
        if lines and (draft.tokens + piece.tokens > place.room or page_ends):
            yield draft
            draft = Draft([], place.path, place.section, prefix=tuple(repeated), closed=True)
            piece = on_a_new_line([piece])[0]
            lines = 0
        draft.pieces.append(piece)
        lines += 1
    if draft.pieces:
        yield draft


def _fitting(pieces: Sequence[Piece], room: int, tokens: TokenCounter) -> Iterator[Piece]:
    """The pieces; lines that do not fit below what stands above them are cut."""
    for piece in pieces:
        rest = piece
        while rest.tokens > room:
            longest = fitting_prefix(rest.text, room, tokens)
            cut = word_cut(rest.text, longest) or longest
            if cut >= len(rest.text):
                break
            part, rest = divided(rest, cut, tokens)
            yield part
        yield rest
