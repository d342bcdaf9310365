"""Tables on PDF pages: ruled ones found by their lines, others by cells that stand under each other."""

import re
from collections.abc import Sequence
from typing import Any

from docqa.parsing.pdf_lines import Line, is_amount
from docqa.parsing.pdf_order import Row
from docqa.parsing.pdf_rules import CURRENCY, SUFFIX, find_ruled_tables
from docqa.parsing.tables import EMPTY, Cell, around

_ALIGNED = 4.0
_TOUCHING = 1.0
_CELL_GAP = 1.6  # in ems; a wider gap parts cells
_SPACED_SIGN = re.compile(r"^([$\u20ac\u00a3\u00a5]) (?=[\d(])")
_GLYPHS = "\u2022\u25aa\u25e6\u25cf\u25cb\u25a0\u25a1\u2013\u2014*\u00b7\u2023\u27a2\u2713\uf0b7\uf0a7-"
_MARKER = re.compile(rf"(?:[{_GLYPHS}]|\(?(?:\d{{1,3}}|[A-Za-z]|[ivx]{{1,5}})[.)])")


def ruled_tables(page: Any, paths: Sequence[dict[str, Any]]) -> list[Line]:
    """One Line with `cells` for each ruled table of a page. `paths`: the page's drawings."""
    return [
        Line("", table.box, *table.box, size=0.0, bold=False, cells=table.rows)
        for table in find_ruled_tables(page, paths)
    ]


def inside(line: Line, table: Line) -> bool:
    """Whether the middle of a line lies within a table."""
    x, y = (line.box[0] + line.box[2]) / 2, (line.box[1] + line.box[3]) / 2
    x0, y0, x1, y1 = table.box
    return x0 <= x <= x1 and y0 <= y <= y1


def cells_of(row: Row) -> list[list[Line]]:
    """The lines of a row in cells, parted by wide gaps; list markers, currency and percent signs stay with theirs."""
    cells: list[list[Line]] = []
    for line in row.cells:
        if cells and _belongs(cells[-1], line):
            cells[-1].append(line)
        else:
            cells.append([line])
    return cells


def _belongs(cell: list[Line], line: Line) -> bool:
    last = cell[-1]
    gap = max(line.x0 - last.x1, last.x0 - line.x1)
    if CURRENCY.fullmatch(last.text) or SUFFIX.fullmatch(line.text):
        return True
    if is_amount(last.text) and is_amount(line.text):
        return False
    if gap < _CELL_GAP * max(min(last.size, line.size), 1.0):
        return True
    return len(cell) == 1 and bool(_MARKER.fullmatch(last.text)) and gap < 6 * max(line.size, 1.0)


def aligned_runs(grouped: Sequence[list[list[Line]]]) -> list[tuple[int, int]]:
    """(first, end) of runs of rows that are a table: two or more rows of two or more cells, a column of which lines up.

    One or two rows of one cell between two such rows (a subheading, a wrapped label) belong to the table.
    """
    runs: list[tuple[int, int]] = []
    first, last = -1, -1
    for index, cells in enumerate(grouped):
        if len(cells) < 2:
            continue
        between = grouped[last + 1 : index] if first >= 0 else []
        if first >= 0 and len(between) <= 2 and _line_up(grouped[last], cells):
            above = grouped[last]
            if not any(_is_title(one, above) for one in between):
                last = index
                continue
        if last > first >= 0:
            runs.append((first, last + 1))
        first = last = index
    if last > first >= 0:
        runs.append((first, last + 1))
    return [run for run in runs if _dense(grouped[run[0] : run[1]])]


def _is_title(cells: list[list[Line]], above: list[list[Line]]) -> bool:
    """Bold words that stand alone at the left end a table, unless its labels are bold as well."""
    if len(cells) != 1 or is_amount(_text(cells[0])) or not all(line.bold for line in cells[0]):
        return False
    return _left(cells[0]) < _right(above[0]) and not all(line.bold for line in above[0])


def _dense(grouped: Sequence[list[list[Line]]]) -> bool:
    """Cells of a table are short; two columns of prose are not a table."""
    wide = [cells for cells in grouped if len(cells) >= 2]
    short = sum(sum(len(line.text) for line in cells[-1]) <= 40 for cells in wide)
    return short * 2 >= len(wide)


def _line_up(upper: list[list[Line]], lower: list[list[Line]]) -> bool:
    return any(
        min(abs(_left(a) - _left(b)), abs(_right(a) - _right(b)), abs(_mid(a) - _mid(b))) < _ALIGNED
        for a in upper[1:]
        for b in lower[1:]
    )


def _left(cell: list[Line]) -> float:
    return min(line.x0 for line in cell)


def _right(cell: list[Line]) -> float:
    return max(line.x1 for line in cell)


def _mid(cell: list[Line]) -> float:
    return (_left(cell) + _right(cell)) / 2


def grid(grouped: Sequence[list[list[Line]]]) -> list[list[Cell]]:
    """The rows of an aligned table by its columns, with empty cells where a row has none."""
    spans = _columns([(_left(cell), _right(cell)) for cells in grouped if len(cells) > 1 for cell in cells])
    rtl = sum(line.rtl for cells in grouped for cell in cells for line in cell) * 2 > sum(map(len, grouped))
    placed = [_placed(cells, spans) for cells in grouped]
    return [row[::-1] for row in placed] if rtl else placed


def _columns(extents: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    """Left and right of each column: cells that overlap are of one, but for those that reach over several."""
    found: list[tuple[float, float]] = []
    for x0, x1 in sorted(extents, key=lambda extent: extent[1] - extent[0]):
        over = [column for column in found if min(x1, column[1]) - max(x0, column[0]) > _TOUCHING]
        if len(over) > 1:
            continue
        found = [column for column in found if column not in over]
        found.append((min([x0, *(c[0] for c in over)]), max([x1, *(c[1] for c in over)])))
    return sorted(found)


def _placed(cells: list[list[Line]], spans: list[tuple[float, float]]) -> list[Cell]:
    placed: list[list[Line]] = [[] for _ in spans]
    for cell in cells:
        overlaps = [min(_right(cell), x1) - max(_left(cell), x0) for x0, x1 in spans]
        over = [index for index, overlap in enumerate(overlaps) if overlap > _TOUCHING]
        free = [index for index in over if not placed[index]]
        best = (free or over)[0] if over else max(range(len(spans)), key=lambda index: overlaps[index])
        placed[best].extend(cell)
    return list(map(_cell, placed))


def _cell(lines: list[Line]) -> Cell:
    return Cell(_text(lines), around([line.box for line in lines])) if lines else EMPTY


def _text(cell: list[Line]) -> str:
    text = " ".join(line.text for line in cell)
    return _SPACED_SIGN.sub(r"\1", text)
