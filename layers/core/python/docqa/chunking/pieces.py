"""The smallest things a chunk is made of: a sentence of a paragraph, a line of a table, a CSV record."""

from collections.abc import Iterator
from dataclasses import dataclass

from docqa.chunking.measure import LIMIT, size, split_long
from docqa.core.models import Block, BlockKind, Box
from docqa.core.text import sentence_spans


@dataclass(frozen=True, slots=True)
class Piece:
    """A text that is not cut further. `joiner` is what stands before it if another piece precedes it in the chunk."""

    text: str
    joiner: str
    size: float
    page_from: int | None
    page_to: int | None
    boxes: tuple[Box, ...]
    row: int | None = None


def pieces_of(block: Block, limit: float = LIMIT) -> list[Piece]:
    """The pieces of one block, in order; none is larger than the limit."""
    cuts = _line_cuts(block.text, limit) if _keeps_lines(block) else _sentence_cuts(block.text, limit)
    return [_piece(block, text, joiner) for joiner, text in cuts]


def _keeps_lines(block: Block) -> bool:
    return block.kind in (BlockKind.TABLE, BlockKind.ROW)


def _line_cuts(text: str, limit: float) -> Iterator[tuple[str, str]]:
    for line in text.splitlines():
        for part in split_long(line, limit):
            yield "\n", part


def _sentence_cuts(text: str, limit: float) -> Iterator[tuple[str, str]]:
    previous_end: int | None = None
    for start, end in sentence_spans(text):
        joiner = "\n" if previous_end is None else text[previous_end:start]
        for part in split_long(text[start:end], limit):
            yield joiner, part
            joiner = " "
        previous_end = end


def _piece(block: Block, text: str, joiner: str) -> Piece:
    return Piece(text, joiner, size(text) + 1, block.page, block.page, block.boxes, block.row)


def joined(pieces: list[Piece]) -> str:
    """The text of pieces that follow each other."""
    return "".join([pieces[0].text, *(piece.joiner + piece.text for piece in pieces[1:])]) if pieces else ""
