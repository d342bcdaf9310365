"""Tables as text: one line a row, cells joined by " | ", and where each cell stands."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from docqa.core.models import Block, BlockKind, Box, Span

SEPARATOR = " | "
_MAX_HEAD_LINES = 5
_MAX_HEAD_CHARS = 100
_MAX_HEAD_CELL = 60


@dataclass(frozen=True, slots=True)
class Cell:
    """The text of a cell and the box (x0, y0, x1, y1) around its words, if the format has places."""

    text: str
    box: tuple[float, float, float, float] | None = None


EMPTY = Cell("")


def table_block(
    rows: Sequence[Sequence[str | Cell]],
    *,
    page: int | None = None,
    boxes: tuple[Box, ...] = (),
    header: bool | None = None,
) -> Block | None:
    """A TABLE block, or None if all cells are empty. `header` None: looked for in the first rows.

    With `page`, each cell that has a box becomes a span of the block.
    """
    filled = [row for row in map(_clean_row, rows) if any(cell.text for cell in row)]
    if not filled:
        return None
    if header is None:
        filled = _with_one_header_row(filled)
    has_header = looks_like_header(_texts(filled)) if header is None else header and len(filled) > 1
    text, spans = _laid_out(filled, page)
    return Block(kind=BlockKind.TABLE, text=text, page=page, boxes=boxes, spans=spans, has_header=has_header)


def _clean_row(row: Sequence[str | Cell]) -> list[Cell]:
    cells = (cell if isinstance(cell, Cell) else Cell(cell) for cell in row)
    return [Cell(" ".join(cell.text.replace("|", "/").split()), cell.box) for cell in cells]


def _texts(rows: Sequence[Sequence[Cell]]) -> list[list[str]]:
    return [[cell.text for cell in row] for row in rows]


def _laid_out(rows: Sequence[Sequence[Cell]], page: int | None) -> tuple[str, tuple[Span, ...]]:
    """The rows as lines, each up to its last filled cell, and the span of each cell that has a box."""
    lines: list[str] = []
    spans: list[Span] = []
    position = 0
    for row in rows:
        line = SEPARATOR.join(cell.text for cell in row[: 1 + max(i for i, cell in enumerate(row) if cell.text)])
        dropped = len(line) - len(line.lstrip())
        place = position - dropped
        for cell in row:
            if cell.text and cell.box and page is not None:
                spans.append(Span(start=place, end=place + len(cell.text), box=page_box(page, cell.box)))
            place += len(cell.text) + len(SEPARATOR)
        lines.append(line.strip())
        position += len(lines[-1]) + 1
    return "\n".join(lines), tuple(spans)


def page_box(page: int, box: tuple[float, float, float, float]) -> Box:
    """A box on a page, in points with two decimals."""
    x0, y0, x1, y1 = (round(value, 2) for value in box)
    return Box(page=page, x0=x0, y0=y0, x1=x1, y1=y1)


def around(boxes: Sequence[tuple[float, float, float, float]]) -> tuple[float, float, float, float]:
    """The smallest box around all of several."""
    return min(b[0] for b in boxes), min(b[1] for b in boxes), max(b[2] for b in boxes), max(b[3] for b in boxes)


def _with_one_header_row(rows: list[list[Cell]]) -> list[list[Cell]]:
    """Column heads that stand on several lines, above rows of figures, put together column by column.

    A head over several columns, on a line with fewer heads than the next, goes to each of them.
    """
    first_figures = next((i for i, row in enumerate(rows) if _is_body(row)), 0)
    while first_figures and _filled(rows[first_figures - 1]) == 1 and rows[first_figures - 1][0].text:
        first_figures -= 1  # a label that opens a section of the body
    heads = rows[:first_figures]
    if not 2 <= len(heads) <= _MAX_HEAD_LINES or len({len(row) for row in rows}) != 1:
        return rows
    body = [cell.text for row in rows[first_figures:] for cell in row[1:] if cell.text]
    if any(len(cell.text) > _MAX_HEAD_CELL for row in heads for cell in row) or not _mostly_figures(body):
        return rows
    spread = [_spread(row, below) for row, below in pairwise(heads)]
    merged = [joined_cells(column) for column in zip(*spread, heads[-1], strict=True)]
    return [merged, *rows[first_figures:]]


def joined_cells(cells: Sequence[Cell]) -> Cell:
    """Several cells as one: different texts in their order, the box around all."""
    boxes = [cell.box for cell in cells if cell.text and cell.box]
    text = " ".join(dict.fromkeys(cell.text for cell in cells if cell.text))
    return Cell(text, around(boxes) if boxes else None)


def _mostly_figures(texts: Sequence[str]) -> bool:
    return sum(is_figure(text) or not any(map(str.isalpha, text)) for text in texts) >= 0.6 * len(texts)


def _is_body(row: Sequence[Cell]) -> bool:
    """Whether a row holds figures: several, or one beside its label."""
    figures = sum(is_figure(cell.text) for cell in row)
    return figures >= 2 or (figures == 1 and bool(row[0].text) and not is_figure(row[0].text))


def _spread(row: list[Cell], below: list[Cell]) -> list[Cell]:
    """A head over several columns put over each of them."""
    heads = [index for index, cell in enumerate(row) if cell.text and index]
    under = [index for index, cell in enumerate(below) if cell.text and index]
    if not heads or len(heads) >= len(under):
        return row
    if all(row[i].box for i in heads) and all(below[i].box for i in under):
        return _spread_by_place(row, below, heads, under)
    spread, current = list(row), EMPTY
    for index in range(1, len(row)):
        current = row[index] if row[index].text else current
        if below[index].text:
            spread[index] = current
    return spread


def _spread_by_place(row: list[Cell], below: list[Cell], heads: list[int], under: list[int]) -> list[Cell]:
    """Each head goes to the widest run of columns, of those it is the nearest head to, that it stands in the middle
    of."""
    middles = {index: _middle(below[index]) for index in under}
    pitch = (max(middles.values()) - min(middles.values())) / max(len(under) - 1, 1)
    spread: list[Cell] = [cell if index not in heads else EMPTY for index, cell in enumerate(row)]
    for head in heads:
        place = _middle(row[head])
        own = [i for i in under if min(heads, key=lambda other: abs(_middle(row[other]) - middles[i])) == head]
        runs = [own[a:b] for a in range(len(own)) for b in range(a + 1, len(own) + 1)]
        fitting = [run for run in runs if abs(sum(middles[i] for i in run) / len(run) - place) <= 0.35 * pitch]
        nearest = min(under, key=lambda i: abs(middles[i] - place))
        for index in max(fitting, key=len, default=[nearest]):
            spread[index] = row[head]
    return spread


def _middle(cell: Cell) -> float:
    return (cell.box[0] + cell.box[2]) / 2 if cell.box else 0.0


def _filled(row: Sequence[Cell]) -> int:
    return sum(bool(cell.text) for cell in row)


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
