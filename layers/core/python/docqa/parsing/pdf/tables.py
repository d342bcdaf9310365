"""Tables on PDF pages: ruled ones found by their lines, others by cells that stand under each other."""

import re
from collections.abc import Callable, Sequence
from statistics import median

from docqa.parsing.pdf.lines import Line, is_amount
from docqa.parsing.pdf.order import Row
from docqa.parsing.pdf.ruled import CURRENCY, SUFFIX

_ALIGNED = 4.0
_EXACT = 1.5
_CLOSE_GAP = 0.7
_MAX_HEAD = 40
_MAX_CLOSE_ROW = 75
_CELL_GAP = 1.6  # in ems; a wider gap parts cells
_GLYPHS = "\u2022\u25aa\u25e6\u25cf\u25cb\u25a0\u25a1\u2013\u2014*\u00b7\u2023\u27a2\u2713\uf0b7\uf0a7-"
_MARKER = re.compile(rf"(?:[{_GLYPHS}]|\(?(?:\d{{1,3}}|[A-Za-z]|[ivx]{{1,5}})[.)])")


def cells_of(row: Row, *, gap: float = _CELL_GAP) -> list[list[Line]]:
    """The lines of a row in cells, parted by gaps wider than `gap` ems; list markers, currency and percent signs stay
    with theirs."""
    cells: list[list[Line]] = []
    for line in row.cells:
        if cells and _belongs(cells[-1], line, gap):
            cells[-1].append(line)
        else:
            cells.append([line])
    return cells


def _belongs(cell: list[Line], line: Line, wide: float) -> bool:
    last = cell[-1]
    gap = max(line.x0 - last.x1, last.x0 - line.x1)
    if CURRENCY.fullmatch(last.text) or SUFFIX.fullmatch(line.text):
        return True
    if is_amount(last.text) and (is_amount(line.text) or CURRENCY.fullmatch(line.text)):
        return False
    if gap < wide * max(min(last.size, line.size), 1.0):
        return True
    return len(cell) == 1 and bool(_MARKER.fullmatch(last.text)) and gap < 6 * max(line.size, 1.0)


def aligned_runs(found: Sequence[Row]) -> list[tuple[int, int]]:
    """(first, end) of runs of rows that are a table: two or more rows of two or more cells, a column of which lines up;
    three or more rows of three or more cells set close, all of which do.

    One or two rows of one cell between two such rows (a subheading, a wrapped label) belong to the table.
    """
    grouped = [[] if row.cells[0].cells else cells_of(row) for row in found]
    close = [[] if row.cells[0].cells else cells_of(row, gap=_CLOSE_GAP) for row in found]
    runs = [
        run
        for run in _runs(found, grouped, _line_up, 2)
        if is_dense(grouped[run[0] : run[1]]) and not is_prose(grouped, run)
    ]
    fine = [run for run in _runs(found, close, _all_line_up, 3) if run[1] - run[0] >= 3 and not _is_full(close, run)]
    kept: list[tuple[int, int]] = []
    for run in sorted([*runs, *fine], key=lambda one: one[0] - one[1]):
        if not any(run[0] < end and first < run[1] for first, end in kept):
            kept.append(run)
    taken = {index for first, end in kept for index in range(first, end)}
    return [(_with_heads(found, close, first, taken), end) for first, end in sorted(kept)]


def _is_full(cells: Sequence[list[list[Line]]], run: tuple[int, int]) -> bool:
    """Rows full of words, set close, come from a paragraph with wide spaces."""
    return median(sum(len(text_of(cell)) for cell in row) for row in cells[run[0] : run[1]]) > _MAX_CLOSE_ROW


def is_prose(cells: Sequence[list[list[Line]]], run: tuple[int, int]) -> bool:
    """Rows full of words, of which many cells begin in the middle of a sentence."""
    later = [text_of(cell) for row in cells[run[0] : run[1]] for cell in row[1:]]
    return _is_full(cells, run) and sum(text[:1].islower() for text in later) >= 0.4 * len(later)


def _runs(
    found: Sequence[Row],
    grouped: Sequence[list[list[Line]]],
    line_up: Callable[[list[list[Line]], list[list[Line]]], bool],
    least: int,
) -> list[tuple[int, int]]:
    runs: list[tuple[int, int]] = []
    first, last = -1, -1
    for index, cells in enumerate(grouped):
        if len(cells) < least:
            continue
        between = range(last + 1, index) if first >= 0 else range(0)
        joins = first >= 0 and len(between) <= 2 and line_up(grouped[last], cells)
        if joins and not any(_is_title(found, grouped, i, last) for i in between):
            last = index
            continue
        if last > first >= 0:
            runs.append((first, last + 1))
        first = last = index
    if last > first >= 0:
        runs.append((first, last + 1))
    return runs


def _is_title(found: Sequence[Row], grouped: Sequence[list[list[Line]]], index: int, above: int) -> bool:
    """Words that stand alone, bold or larger, with more space above them than between rows, end a table."""
    cells, row, before = grouped[index], found[index], found[above]
    if len(cells) != 1 or is_amount(text_of(cells[0])):
        return not cells  # a ruled table
    size = max(line.size for line in before.cells)
    marked = all(line.bold for line in row.cells) or max(line.size for line in row.cells) > 1.05 * size
    following = found[min(index + 1, len(found) - 1)]
    below = max(following.y1 - row.y1, 1.1 * size)
    return marked and row.y1 - before.y1 > 1.35 * below


def _with_heads(found: Sequence[Row], close: Sequence[list[list[Line]]], first: int, taken: set[int]) -> int:
    """Index of the first row of a table with the heads over several of its columns that stand above it."""
    for index in (first - 1, first - 2):
        if index < 0 or index in taken or len(close[index]) < 2 or found[index].cells[0].cells:
            break
        step = found[index + 1].y1 - found[index].y1
        size = max(line.size for line in found[index].cells)
        within = found[first].x0 - 2 < found[index].x0 and found[index].x1 < found[first].x1 + 2
        if not within or step > 2.2 * size or any(len(text_of(cell)) > _MAX_HEAD for cell in close[index]):
            break
        first = index
    return first


def _all_line_up(upper: list[list[Line]], lower: list[list[Line]]) -> bool:
    """Whether at least two cells after the first stand under one of the row above, and most do."""
    pairs = sum(
        any(abs(_left(a) - _left(b)) < _EXACT or abs(_right(a) - _right(b)) < _EXACT for a in upper[1:])
        for b in lower[1:]
    )
    return pairs >= 2 and pairs * 2 > len(lower) - 1


def is_dense(grouped: Sequence[list[list[Line]]]) -> bool:
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


def text_of(cell: Sequence[Line]) -> str:
    """The words of a cell."""
    return " ".join(line.text for line in cell)
