"""Tables with merged cells as blocks: every cell in its column, heads of several lines put together.

A merged cell stands for all the cells that it covers, so its text is repeated in each of them: a row is then
understood without those above it. A long text is not repeated, nor one that takes up a whole row.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from docqa.core.models import Block, BlockKind, Box, Link, Span
from docqa.parsing.office.text import shifted
from docqa.parsing.tables import SEPARATOR, is_figure, looks_like_header

MAX_COLUMNS = 1_000
_REPEATED_CHARS = 80
_MAX_HEAD_ROWS = 5
_MAX_GRID = 500_000
"""Cells of a table, those that merged ones cover included; what covers more is not repeated."""


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell at its place in the grid, with the number of rows and columns that it covers."""

    text: str
    row: int
    column: int
    rows: int = 1
    columns: int = 1
    links: tuple[Link, ...] = ()
    box: Box | None = None


_Row = list[Cell | None]


def grid_blocks(
    cells: Sequence[Cell], *, head_rows: int | None, page: int | None = None, boxes: tuple[Box, ...] = ()
) -> list[Block]:
    """A TABLE block, before it a CAPTION where the first row is one cell; nothing where all cells are empty.

    `head_rows`: how many rows the file marks as the head; None where it marks none, and then the first rows are looked
    at. Rows and columns count from 0.
    """
    clean = [_clean(cell) for cell in cells if cell.column < MAX_COLUMNS]
    width = max((cell.column + cell.columns for cell in clean), default=0)
    title, clean = _title(clean, width)
    if title and head_rows:
        head_rows -= 1
    rows = _grid(clean, width)
    count = _head_rows(clean, rows, head_rows, width)
    if count > 1:
        rows = [_merged(rows[:count]), *rows[count:]]
    rows = [row for row in rows if any(cell and cell.text for cell in row)]
    blocks = [_caption(title, page)] if title else []
    if rows:
        blocks.append(_table(rows, bool(count), page, boxes))
    return blocks


def _clean(cell: Cell) -> Cell:
    """Cells are told apart by the bar."""
    return replace(cell, text=cell.text.replace("|", "/")) if "|" in cell.text else cell


def _caption(cell: Cell, page: int | None) -> Block:
    boxes = (cell.box,) if cell.box else ()
    return Block(kind=BlockKind.CAPTION, text=cell.text, page=page, boxes=boxes, links=cell.links)


def _title(cells: list[Cell], width: int) -> tuple[Cell | None, list[Cell]]:
    """The cell that takes up the first row of a table with columns, and the cells below it."""
    first = [cell for cell in cells if cell.row == 0]
    below = [cell for cell in cells if cell.row > 0]
    if len(first) != 1 or not first[0].text or width < 2 or first[0].columns < width or first[0].rows != 1:
        return None, cells
    rows = {cell.row for cell in below if cell.text}
    columns = {cell.column for cell in below if cell.text}
    if len(rows) < 2 or len(columns) < 2:
        return None, cells
    return first[0], below


def _grid(cells: Sequence[Cell], width: int) -> list[_Row]:
    """Each row of the table with the cell that each of its columns shows; rows end where their last cell does.

    The first rows, which may name the columns, have all of them.
    """
    if sum(cell.rows * cell.columns for cell in cells) > _MAX_GRID:
        cells = [replace(cell, rows=1, columns=1) for cell in cells]
    shown = [_repeated(cell, width) for cell in cells]
    ends: dict[int, int] = {}
    for cell, down, across in shown:
        for number in range(cell.row, cell.row + down):
            ends[number] = max(ends.get(number, 0), min(cell.column + across, width))
    numbers = sorted({cell.row for cell in cells})
    rows: dict[int, _Row] = {
        number: [None] * (width if place < _MAX_HEAD_ROWS else ends[number]) for place, number in enumerate(numbers)
    }
    for cell, down, across in shown:
        for number in range(cell.row, cell.row + down):
            row = rows.get(number, [])
            for column in range(cell.column, min(cell.column + across, len(row))):
                row[column] = row[column] or cell
    return list(rows.values())


def _repeated(cell: Cell, width: int) -> tuple[Cell, int, int]:
    """The cell with the number of rows and columns that its text is shown in."""
    repeats = len(cell.text) <= _REPEATED_CHARS
    return cell, cell.rows if repeats else 1, cell.columns if repeats and cell.columns < width else 1


def _head_rows(cells: Sequence[Cell], rows: Sequence[_Row], marked: int | None, width: int) -> int:
    """How many of the rows name the columns; none where no row would be left below them."""
    count = marked if marked is not None else int(looks_like_header(_texts(rows)) or _spans_heads(cells, rows, width))
    if count <= 0:
        return 0
    first = min((cell.row for cell in cells), default=0)
    count = min(count, _MAX_HEAD_ROWS)
    reach = max((cell.row + cell.rows - first for cell in cells if cell.row - first < count), default=count)
    if reach <= _MAX_HEAD_ROWS and reach < len(rows):
        count = max(count, reach)
    if count == 1 and _spans_heads(cells, rows, width):
        count = 2
    return count if count < len(rows) else int(len(rows) > 1 and count == 1)


def _spans_heads(cells: Sequence[Cell], rows: Sequence[_Row], width: int) -> bool:
    """Whether the first row holds a head over several columns, and the second what these are."""
    if len(rows) < 3 or not any(cell.columns > 1 for cell in cells if cell is rows[0][cell.column]):
        return False
    second = [cell.text for cell in rows[1] if cell and cell.text and cell is not rows[0][cell.column]]
    corner = rows[1][0] is None or not rows[1][0].text or rows[1][0] is rows[0][0]
    return corner and len(second) > 1 and not any(is_figure(text) for text in second)


def _texts(rows: Sequence[_Row]) -> list[list[str]]:
    return [[cell.text if cell else "" for cell in row] for row in rows]


def _merged(rows: Sequence[_Row]) -> _Row:
    """Column heads on several lines as one line."""
    return [_stacked([cell for cell in column if cell and cell.text]) for column in zip(*rows, strict=True)]


def _stacked(cells: list[Cell]) -> Cell | None:
    unique = list({id(cell): cell for cell in cells}.values())
    if len(unique) < 2:
        return unique[0] if unique else None
    boxes = [cell.box for cell in unique if cell.box]
    texts = dict.fromkeys(cell.text for cell in unique)
    return replace(unique[0], text=" ".join(texts), links=(), box=around(boxes) if boxes else None)


def around(boxes: Sequence[Box]) -> Box:
    """The smallest box that holds all of these, which stand on one page."""
    return Box(
        page=boxes[0].page,
        x0=min(box.x0 for box in boxes),
        y0=min(box.y0 for box in boxes),
        x1=max(box.x1 for box in boxes),
        y1=max(box.y1 for box in boxes),
    )


def _table(rows: Sequence[_Row], has_header: bool, page: int | None, boxes: tuple[Box, ...]) -> Block:
    lines: list[str] = []
    spans: list[Span] = []
    links: list[Link] = []
    start = 0
    for row in rows:
        line, places = _line(row)
        for cell, offset in places:
            at = start + offset
            if cell.box:
                spans.append(Span(start=at, end=at + len(cell.text), box=cell.box))
            links.extend(shifted(link, at) for link in cell.links)
        lines.append(line)
        start += len(line) + 1
    return Block(
        kind=BlockKind.TABLE,
        text="\n".join(lines),
        page=page,
        has_header=has_header and len(rows) > 1,
        boxes=boxes,
        spans=tuple(spans),
        links=tuple(links),
    )


def _line(row: _Row) -> tuple[str, list[tuple[Cell, int]]]:
    """Cells up to the last that is filled, and where in the line each begins."""
    last = max(index for index, cell in enumerate(row) if cell and cell.text)
    text = SEPARATOR.join(cell.text if cell else "" for cell in row[: last + 1])
    stripped = len(text) - len(text.lstrip())
    return text.strip(), list(_places(row[: last + 1], -stripped))


def _places(row: _Row, start: int) -> Iterator[tuple[Cell, int]]:
    for cell in row:
        if cell and cell.text:
            yield cell, start
        start += len(cell.text if cell else "") + len(SEPARATOR)
