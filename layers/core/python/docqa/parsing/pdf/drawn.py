"""Tables that are drawn: with rules or frames in both directions, or with level rules or stripes only."""

from collections.abc import Sequence
from itertools import pairwise
from statistics import median
from typing import Any

from docqa.parsing.pdf.grid import columns_of, extent, table_grid
from docqa.parsing.pdf.lines import Line, Rect
from docqa.parsing.pdf.order import Row, rows
from docqa.parsing.pdf.ruled import Grid, Word, page_words
from docqa.parsing.pdf.rules import Region, connected, level_regions, page_edges, region_of, side_by_side
from docqa.parsing.pdf.tables import cells_of, is_dense, is_prose, text_of
from docqa.parsing.tables import around

_BANDED_GAP = 0.6  # ems between cells
_MAX_CELL = 600
_PROSE_SHARE = 0.6
_MAX_HEADS = 3
_MAX_HEAD = 40
_MAX_CROSSING = 0.2


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
    room = 2.5 * max(line.size for row in part for line in row.cells)
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
    if len(columns) < 2 or (len(columns) == 2 and not is_dense(several)):
        return None
    if is_prose(cells, (0, len(cells))) or _crossing(several, columns) > _MAX_CROSSING:
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
    if any(len(text_of(cell)) > _MAX_HEAD for cell in cells[1:]):
        return False
    return len(cells) > 1 or (
        row.x0 > region.x0 + 0.3 * (region.x1 - region.x0) and len(text_of(cells[0])) <= _MAX_HEAD
    )
