"""Tables as text: one line a row, cells joined by " | "."""

from collections.abc import Sequence
from itertools import pairwise

from docqa.core.models import Block, BlockKind, Box

SEPARATOR = " | "
_MAX_HEAD_LINES = 5
_MAX_HEAD_CHARS = 100


def table_block(
    rows: Sequence[Sequence[str]], *, page: int | None = None, boxes: tuple[Box, ...] = (), header: bool | None = None
) -> Block | None:
    """A TABLE block, or None if all cells are empty. `header` None: looked for in the first rows."""
    clean = [[" ".join(cell.replace("|", "/").split()) for cell in row] for row in rows]
    filled = [row for row in clean if any(row)]
    if not filled:
        return None
    if header is None:
        filled = with_one_header_row(filled)
    lines = [_line(row) for row in filled]
    has_header = looks_like_header(filled) if header is None else header and len(filled) > 1
    return Block(kind=BlockKind.TABLE, text="\n".join(lines), page=page, boxes=boxes, has_header=has_header)


def _line(row: Sequence[str]) -> str:
    """Cells up to the last that is filled."""
    last = max(index for index, cell in enumerate(row) if cell)
    return SEPARATOR.join(row[: last + 1]).strip()


def with_one_header_row(rows: list[list[str]]) -> list[list[str]]:
    """Column heads that stand on several lines, above rows of figures, put together column by column.

    A head over several columns, on a line with fewer heads than the next, goes to each of them.
    """
    first_figures = next((i for i, row in enumerate(rows) if sum(map(is_figure, row)) >= 2), 0)
    while first_figures and _filled(rows[first_figures - 1]) == 1 and rows[first_figures - 1][0]:
        first_figures -= 1  # a label that opens a section of the body
    heads = rows[:first_figures]
    if not 2 <= len(heads) <= _MAX_HEAD_LINES or len({len(row) for row in rows}) != 1:
        return rows
    spread = [_spread(row, below) for row, below in pairwise(heads)]
    merged = [" ".join(dict.fromkeys(filter(None, column))) for column in zip(*spread, heads[-1], strict=True)]
    return [merged, *rows[first_figures:]]


def _spread(row: list[str], below: list[str]) -> list[str]:
    if not 2 <= _filled(row) < _filled(below):
        return row
    spread, current = list(row), ""
    for index, cell in enumerate(row):
        current = cell or current
        if index and below[index]:
            spread[index] = current
    return spread


def _filled(row: Sequence[str]) -> int:
    return sum(bool(cell) for cell in row)


def looks_like_header(rows: Sequence[Sequence[str]]) -> bool:
    """Whether the first of several rows names the columns: its cells are filled, short, and hold words or years."""
    if len(rows) < 2 or len(rows[0]) < 2:
        return False
    first = [cell for cell in rows[0] if cell]
    if len(first) < max(2, len(rows[0]) - 1) or max(len(cell) for cell in first) > _MAX_HEAD_CHARS:
        return False
    return sum(map(is_figure, first)) * 2 <= len(first)


def is_figure(cell: str) -> bool:
    """Whether a cell holds an amount; a year is a name."""
    digits = sum(char.isdigit() for char in cell)
    return digits * 2 > len(cell) and not (len(cell) == 4 and cell[:2] in ("18", "19", "20"))
