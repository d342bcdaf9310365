"""Rows and columns of a table from where its words stand: columns part where hardly a row has anything, rows where the
space is wider than between the lines of a cell. All lengths in points, in the reading frame."""

from collections.abc import Sequence
from itertools import pairwise

from docqa.parsing.pdf.lines import Line
from docqa.parsing.pdf.order import Row
from docqa.parsing.pdf.ruled import cell_of
from docqa.parsing.tables import Cell

Extent = tuple[float, float]

_HEAD_ROWS = 3
_TOUCHING = 1.0
_GUTTERS = {2: 1.2, 3: 0.8}  # ems by number of rows to go by
_GUTTER = 0.55  # with more of them; MuPDF parts lines at 0.8
_TIGHT = 1.32  # ems from one line of a cell to the next
_LOOSE = 1.12  # how much wider the space between rows is


def table_grid(
    rows: Sequence[Row], cells: Sequence[Sequence[list[Line]]], bands: Sequence[float] = ()
) -> list[list[Cell]]:
    """Cells by row and column. `cells`: of each row its lines, those that belong together in one list; `bands`: the
    places of rules or stripes between rows, if there are any."""
    columns = columns_of(cells)
    if not columns:
        return []
    placed = [_placed(row, columns) for row in cells]
    groups = _by_bands(rows, bands)
    if not _are_rows(groups, placed):
        groups = _by_space(rows, placed)
    merged = [[[line for i in group for line in placed[i][c]] for c in range(len(columns))] for group in groups]
    rtl = sum(line.rtl for row in rows for line in row.cells) * 2 > sum(len(row.cells) for row in rows)
    found = [[cell_of([(line.text, line.box) for line in lines]) for lines in row] for row in merged]
    return [row[::-1] for row in found] if rtl else found


def columns_of(cells: Sequence[Sequence[list[Line]]]) -> list[Extent]:
    """Left and right of each column."""
    extents = _telling([[extent(cell) for cell in row] for row in cells if len(row) > 1])
    if not extents:
        return []
    size = max((line.size for row in cells for cell in row for line in cell), default=10.0)
    gutter = _GUTTERS.get(len(extents), _GUTTER) * size
    columns = _covered(extents, 0 if len(extents) < 4 else max(1, len(extents) // 8), gutter)
    lone = [x for row in extents[_HEAD_ROWS:] for x in row if not any(_overlap(x, column) > 0 for column in columns)]
    return sorted([*columns, *_clusters(lone)])


def _telling(extents: list[list[Extent]]) -> list[list[Extent]]:
    """The rows without those that have a cell over several of the fullest row's, if enough are left."""
    if not extents:
        return []
    fullest = max(extents, key=len)
    telling = [row for row in extents if not any(sum(_overlap(x, y) > 0 for y in fullest) > 1 for x in row)]
    return telling if len(telling) >= 2 and len(telling) * 2 >= len(extents) else extents


def _covered(rows: Sequence[Sequence[Extent]], allowed: int, gutter: float) -> list[Extent]:
    """The intervals that more than `allowed` rows cover, those less than a gutter apart put together."""
    ends = sorted([(x0, 1) for row in rows for x0, _ in row] + [(x1, -1) for row in rows for _, x1 in row])
    found: list[Extent] = []
    depth, start = 0, 0.0
    for x, step in ends:
        if depth <= allowed < depth + step:
            start = x
        elif depth > allowed >= depth + step:
            if found and start - found[-1][1] < gutter:
                found[-1] = (found[-1][0], x)
            else:
                found.append((start, x))
        depth += step
    return found


def _clusters(extents: Sequence[Extent]) -> list[Extent]:
    found: list[Extent] = []
    for x0, x1 in sorted(extents):
        if found and x0 < found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], x1))
        else:
            found.append((x0, x1))
    return found


def extent(cell: Sequence[Line]) -> Extent:
    """From the left end to the right end of a cell's words."""
    return min(line.x0 for line in cell), max(line.x1 for line in cell)


def _overlap(a: Extent, b: Extent) -> float:
    return min(a[1], b[1]) - max(a[0], b[0])


def _placed(cells: Sequence[list[Line]], columns: Sequence[Extent]) -> list[list[Line]]:
    """The lines of a row by column; what reaches over several stands in the first of them that is free."""
    placed: list[list[Line]] = [[] for _ in columns]
    for cell in cells:
        overlaps = [_overlap(extent(cell), column) for column in columns]
        over = [index for index, overlap in enumerate(overlaps) if overlap > _TOUCHING]
        free = [index for index in over if not placed[index]]
        if over:
            best = free[0] if free and len(over) > 1 else max(over, key=lambda index: overlaps[index])
        else:
            best = max(range(len(columns)), key=lambda index: (overlaps[index], -index))
        placed[best].extend(cell)
    return placed


def _by_bands(rows: Sequence[Row], bands: Sequence[float]) -> list[list[int]]:
    """Indexes of the rows between each two rules."""
    found: list[list[int]] = []
    for top, bottom in pairwise([float("-inf"), *bands, float("inf")]):
        inside = [i for i, row in enumerate(rows) if top <= (row.y0 + row.y1) / 2 < bottom]
        found.append(inside)
    return [group for group in found if group]


def _are_rows(groups: Sequence[Sequence[int]], placed: Sequence[list[list[Line]]]) -> bool:
    """Whether rules stand between all rows: hardly a group has two rows with a label."""
    labels = [sum(bool(placed[i][0]) for i in group) for group in groups]
    return len(groups) >= 2 and sum(count > 1 for count in labels) <= 0.2 * len(labels)


def _by_space(rows: Sequence[Row], placed: Sequence[list[list[Line]]]) -> list[list[int]]:
    """Indexes of the rows that are lines of the same cells."""
    groups: list[list[int]] = [[0]] if rows else []
    tight = _tight_step(rows)
    for index in range(1, len(rows)):
        step = rows[index].y1 - rows[index - 1].y1
        if step <= tight or _continues(placed[index - 1], placed[index], step, rows[index]):
            groups[-1].append(index)
        else:
            groups.append([index])
    pairs = [(placed[i], placed[i + 1]) for group in groups for i in group[:-1]]
    whole = sum(bool(lower[0]) and _filled(lower) >= max(2, _filled(upper)) for upper, lower in pairs)
    if whole * 2 > len(pairs):  # rows set close: every one has all its cells
        return [[index] for index in range(len(rows))]
    return groups


def _filled(row: Sequence[list[Line]]) -> int:
    return sum(map(bool, row))


def _tight_step(rows: Sequence[Row]) -> float:
    """The widest step from line to line within a cell; 0 if the steps do not tell rows from lines."""
    steps = [b.y1 - a.y1 for a, b in pairwise(rows)]
    sizes = [max(line.size for line in row.cells) for row in rows]
    close = [step for step, size in zip(steps, sizes[1:], strict=True) if step <= _TIGHT * size]
    wide = [step for step in steps if close and step > _LOOSE * max(close)]
    return max(close) if len(close) >= 1 and len(wide) >= max(1, len(steps) // 6) else 0.0


def _continues(upper: list[list[Line]], lower: list[list[Line]], step: float, row: Row) -> bool:
    """Whether a row goes on with cells of the one above: no label of its own, words in small letters only."""
    if lower[0] or step > 1.6 * max(line.size for line in row.cells):
        return False
    texts = [(_text(below), bool(above)) for above, below in zip(upper, lower, strict=True) if below]
    return all(text[:1].islower() and filled for text, filled in texts)


def _text(lines: Sequence[Line]) -> str:
    return " ".join(line.text for line in lines)
