"""Tables on PDF pages: ruled ones found by their lines, others by cells that stand under each other."""

import re
from collections.abc import Callable, Sequence
from itertools import pairwise
from statistics import median
from typing import Any

from docqa.parsing.pdf_grid import columns_of, extent, table_grid
from docqa.parsing.pdf_lines import Line, Rect, is_amount
from docqa.parsing.pdf_order import Row, rows
from docqa.parsing.pdf_ruled import CURRENCY, SUFFIX, Grid, Word, page_words
from docqa.parsing.pdf_rules import Region, connected, level_regions, page_edges, region_of, side_by_side
from docqa.parsing.tables import around

_ALIGNED = 4.0
_EXACT = 1.5
_CLOSE_GAP = 0.7
_MAX_HEAD = 40
_MAX_CLOSE_ROW = 75
_MAX_CROSSING = 0.2
_CELL_GAP = 1.6  # in ems; a wider gap parts cells
_BANDED_GAP = 0.6  # between rules
_MAX_CELL = 600
_PROSE_SHARE = 0.6
_MAX_HEADS = 3
_GLYPHS = "\u2022\u25aa\u25e6\u25cf\u25cb\u25a0\u25a1\u2013\u2014*\u00b7\u2023\u27a2\u2713\uf0b7\uf0a7-"
_MARKER = re.compile(rf"(?:[{_GLYPHS}]|\(?(?:\d{{1,3}}|[A-Za-z]|[ivx]{{1,5}})[.)])")


def ruled_tables(page: Any, paths: Sequence[dict[str, Any]], lines: Sequence[Line]) -> list[Line]:
    """One Line with `cells` for each table of a page that is drawn with rules, frames or stripes.

    `paths`: the page's drawings; `lines`: its text. Where nothing but level rules or coloured areas are drawn, the
    columns are looked for between the words.
    """
    edges = page_edges(page, paths)
    grids = [(part, grid) for part in connected(edges) if (grid := Grid.of(part)) is not None]
    words = page_words(page) if grids else []
    found: list[Line] = []
    for grid in [grid for _, grid in grids if not grid.is_shading]:
        _add_grid(found, grid, words)
    shaded = [region for part, grid in grids if grid.is_shading for region in region_of([e for e in part if e.level])]
    taken = [line.box for line in found] + [region.box for region in shaded]
    level = level_regions(edges, taken, page.rect.height)
    for region in side_by_side([*shaded, *level]):
        found.extend(banded_tables(region, [line for line in lines if not any(inside(line, other) for other in found)]))
    for grid in [grid for _, grid in grids if grid.is_shading]:
        _add_grid(found, grid, words)
    return found


def _add_grid(found: list[Line], grid: Grid, words: Sequence[Word]) -> None:
    table = grid.table(words)
    if table is not None and not any(_meet(table.box, other.box) for other in found):
        found.append(Line("", table.box, *table.box, size=0.0, bold=False, cells=table.rows))


def _meet(a: Rect, b: Rect) -> bool:
    return min(a[2], b[2]) - max(a[0], b[0]) > 1 and min(a[3], b[3]) - max(a[1], b[1]) > 1


def inside(line: Line, table: Line) -> bool:
    """Whether the middle of a line lies within a table."""
    x, y = (line.box[0] + line.box[2]) / 2, (line.box[1] + line.box[3]) / 2
    x0, y0, x1, y1 = table.box
    return x0 <= x <= x1 and y0 <= y <= y1


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
        if _dense(grouped[run[0] : run[1]]) and not _is_prose(grouped, run)
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
    return median(sum(len(_text(cell)) for cell in row) for row in cells[run[0] : run[1]]) > _MAX_CLOSE_ROW


def _is_prose(cells: Sequence[list[list[Line]]], run: tuple[int, int]) -> bool:
    """Rows full of words, of which many cells begin in the middle of a sentence."""
    later = [_text(cell) for row in cells[run[0] : run[1]] for cell in row[1:]]
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
    if len(cells) != 1 or is_amount(_text(cells[0])):
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
        if not within or step > 2.2 * size or any(len(_text(cell)) > _MAX_HEAD for cell in close[index]):
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


def _text(cell: list[Line]) -> str:
    return " ".join(line.text for line in cell)


# -- tables with rules in one direction only -------------------------------------------------------


def banded_tables(region: Region, lines: Sequence[Line]) -> list[Line]:
    """One Line with `cells` for each part of a region between level rules or stripes that holds columns of words."""
    level = [line for line in lines if line.turn == 0 and _beside(line, region)]
    parts = _parts(_with_open_ends(rows(level), region), region)
    return [table for part in parts if (table := _banded(region, part)) is not None]


def _parts(found: Sequence[Row], region: Region) -> list[list[Row]]:
    """The rows of a region, parted at titles, which stand alone in its middle, and at lines of running text."""
    parts: list[list[Row]] = [[]]
    width = region.x1 - region.x0
    for row in found:
        alone = len(cells_of(row, gap=_BANDED_GAP)) == 1
        off = abs(row.x0 + row.x1 - region.x0 - region.x1)
        centred = off < 0.08 * width and row.x0 > region.x0 + 0.1 * width and row is not found[0]
        if alone and (centred or row.x1 - row.x0 > _PROSE_SHARE * width):
            parts.append([])
        else:
            parts[-1].append(row)
    return [kept for part in parts if (kept := _between_rules(part, region))]


def _between_rules(part: list[Row], region: Region) -> list[Row]:
    """A part without lone words above its first rule and below its last; nothing if it has no two rules."""
    if not part:
        return []
    room = 1.5 * max(line.size for row in part for line in row.cells)
    rules = [y for y in region.ys if part[0].y0 - room <= y <= part[-1].y1 + room]
    if len(rules) < 2:
        return []
    lone = [len(cells_of(row, gap=_BANDED_GAP)) == 1 for row in part]
    first, end = 0, len(part)
    while first < end and lone[first] and part[first].y1 < rules[0] + 2:
        first += 1
    while end > first and lone[end - 1] and part[end - 1].y0 > rules[-1] - 2:
        end -= 1
    return part[first:end]


def _banded(region: Region, found: Sequence[Row]) -> Line | None:
    cells = [cells_of(row, gap=_BANDED_GAP) for row in found]
    several = [row for row in cells if len(row) > 1]
    if len(several) < 2 or len(several) * 2 < len(cells):
        return None
    columns = columns_of(cells)
    if len(columns) < 2 or (len(columns) == 2 and not _dense(several)):
        return None
    if _is_prose(cells, (0, len(cells))) or _crossing(several, columns) > _MAX_CROSSING:
        return None
    table = table_grid(found, cells, region.ys)
    filled = [cell for row in table for cell in row if cell.text]
    if len(table) < 2 or len(filled) * 3 < len(table) * len(columns) or max(len(c.text) for c in filled) > _MAX_CELL:
        return None
    box = around([line.box for row in found for line in row.cells])
    return Line("", box, *box, size=0.0, bold=False, cells=tuple(map(tuple, table)))


def _crossing(several: Sequence[list[list[Line]]], columns: Sequence[tuple[float, float]]) -> float:
    """Share of the cells that reach over several columns."""
    cells = [extent(cell) for row in several[_MAX_HEADS:] for cell in row]
    over = [sum(min(b, x1) - max(a, x0) > 2 for x0, x1 in columns) > 1 for a, b in cells]
    return sum(over) / len(over) if over else 0.0


def _beside(line: Line, region: Region) -> bool:
    return region.x0 - 3 <= line.box[0] and line.box[2] <= region.x1 + 3


def _with_open_ends(found: Sequence[Row], region: Region) -> list[Row]:
    """The rows between the rules, and those near above and below that have cells: there may be no rule at the ends."""
    middles = [(row.y0 + row.y1) / 2 for row in found]
    inner = [i for i, middle in enumerate(middles) if region.ys[0] <= middle <= region.ys[-1]]
    if not inner:
        return []
    first, last = inner[0], inner[-1]
    room = min(1.3 * median(b - a for a, b in pairwise(region.ys)), 3 * found[first].cells[0].size)
    while first > max(inner[0] - _MAX_HEADS, 0) and found[first].y0 - found[first - 1].y1 < room:
        if not _is_part(found[first - 1], region):
            break
        first -= 1
    while last + 1 < len(found) and last <= inner[-1] and found[last + 1].y0 - found[last].y1 < room:
        if len(cells_of(found[last + 1], gap=_BANDED_GAP)) < 2:
            break
        last += 1
    return list(found[first : last + 1])


def _is_part(row: Row, region: Region) -> bool:
    """Whether a row above the first rule can be one of heads: several, or one over columns after the first."""
    cells = cells_of(row, gap=_BANDED_GAP)
    if any(len(_text(cell)) > _MAX_HEAD for cell in cells[1:]):
        return False
    return len(cells) > 1 or (row.x0 > region.x0 + 0.3 * (region.x1 - region.x0) and len(_text(cells[0])) <= _MAX_HEAD)
