"""Ruled tables: the grid that drawn lines and cell frames make, and the words in its cells.

PyMuPDF's own table finder takes 50 to 2,000 ms a page (measured with 1.26.7), this one 1 to 10 ms. All lengths in
points, all coordinates on the displayed page.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

import pymupdf

from docqa.parsing.pdf_lines import Rect, clean
from docqa.parsing.pdf_rtl import is_rtl
from docqa.parsing.pdf_text import joint
from docqa.parsing.tables import EMPTY, Cell, around, joined_cells

Word = tuple[float, float, float, float, str]

CURRENCY = re.compile(r"\(?(?:[$\u20ac\u00a3\u00a5]|US\$|EUR|USD|GBP)\(?")
SUFFIX = re.compile(r"[)%]+")

_MAX_PATHS = 8_000
_MAX_EDGES = 3_000
_MAX_CELLS = 10_000
_THIN = 3.0
_SNAP = 3.0
_MIN_LEVEL = 12.0
_MIN_UPRIGHT = 6.0


@dataclass(frozen=True, slots=True)
class Edge:
    """A horizontal (`level`) or vertical rule: its place across its direction, its start and end along it."""

    level: bool
    place: float
    start: float
    end: float


@dataclass(frozen=True, slots=True)
class RuledTable:
    """Rows of cells and the box around them."""

    box: Rect
    rows: tuple[tuple[Cell, ...], ...]


def find_ruled_tables(page: Any, paths: Sequence[dict[str, Any]]) -> list[RuledTable]:
    """Tables of at least two rows and two columns that are drawn with rules or frames in both directions."""
    if len(paths) >= _MAX_PATHS:
        return []  # a drawing and no table
    edges = _merged(_edges(page, paths))
    grids = [grid for part in _connected(edges) if (grid := _Grid.of(part)) is not None]
    if not grids:
        return []
    words = _words(page)
    return [table for grid in grids if (table := grid.table(words)) is not None]


def _edges(page: Any, paths: Sequence[dict[str, Any]]) -> Iterator[Edge]:
    matrix = page.rotation_matrix if page.rotation else None
    width, height = page.rect.width, page.rect.height
    for path in paths:
        for item in path.get("items", ()):
            for box in _item_boxes(item):
                if matrix is not None:
                    box = tuple(pymupdf.Rect(box) * matrix)
                yield from _box_edges(box, width, height)


def page_paths(page: Any) -> list[dict[str, Any]]:
    """The page's vector paths in the order of drawing, the first _MAX_PATHS of them at most."""
    paths: list[dict[str, Any]] = []

    def collect(path: dict[str, Any]) -> None:
        if len(paths) < _MAX_PATHS and len(path.get("items", ())) <= _MAX_PATHS:
            paths.append(path)

    page.get_cdrawings(callback=collect)
    return paths


def _item_boxes(item: Sequence[Any]) -> Iterator[Rect]:
    """Lines as flat boxes; rectangles and right-angled quads as they are."""
    if item[0] == "l":
        (ax, ay), (bx, by) = item[1], item[2]
        if abs(ax - bx) <= 1 or abs(ay - by) <= 1:
            yield min(ax, bx), min(ay, by), max(ax, bx), max(ay, by)
    elif item[0] == "re":
        yield tuple(item[1])
    elif item[0] == "qu":
        yield tuple(pymupdf.Quad(item[1]).rect)


def _box_edges(box: Rect, width: float, height: float) -> Iterator[Edge]:
    x0, y0, x1, y1 = box
    if x1 - x0 > width * 0.98 and y1 - y0 > height * 0.9:
        return  # the page's background
    if y1 - y0 <= _THIN:
        if x1 - x0 >= _MIN_LEVEL:
            yield Edge(True, (y0 + y1) / 2, x0, x1)
    elif x1 - x0 <= _THIN:
        if y1 - y0 >= _MIN_UPRIGHT:
            yield Edge(False, (x0 + x1) / 2, y0, y1)
    elif y1 - y0 >= _MIN_UPRIGHT and x1 - x0 >= _MIN_LEVEL / 2:
        yield from (Edge(True, y0, x0, x1), Edge(True, y1, x0, x1), Edge(False, x0, y0, y1), Edge(False, x1, y0, y1))


def _merged(edges: Iterable[Edge]) -> list[Edge]:
    """Edges in one line that touch become one."""
    found: list[Edge] = []
    for edge in sorted(edges, key=lambda e: (e.level, round(e.place / _SNAP), e.start)):
        last = found[-1] if found else None
        if (
            last is not None
            and last.level == edge.level
            and abs(last.place - edge.place) <= _SNAP
            and edge.start <= last.end + _SNAP
        ):
            found[-1] = Edge(edge.level, last.place, last.start, max(last.end, edge.end))
        else:
            found.append(edge)
        if len(found) > _MAX_EDGES:
            return []
    return found


def _connected(edges: Sequence[Edge]) -> list[list[Edge]]:
    """Edges grouped by crossing or touching each other."""
    parent = list(range(len(edges)))

    def root(index: int) -> int:
        while parent[index] != index:
            parent[index] = parent[parent[index]]
            index = parent[index]
        return index

    levels = [i for i, edge in enumerate(edges) if edge.level]
    for i, upright in enumerate(edges):
        if upright.level:
            continue
        for j in levels:
            level = edges[j]
            beside = level.start - _SNAP <= upright.place <= level.end + _SNAP
            if beside and upright.start - _SNAP <= level.place <= upright.end + _SNAP:
                parent[root(i)] = root(j)
    groups: dict[int, list[Edge]] = defaultdict(list)
    for i, edge in enumerate(edges):
        groups[root(i)].append(edge)
    return [group for group in groups.values() if len(group) >= 4]


def _words(page: Any) -> list[Word]:
    flags = pymupdf.TEXT_PRESERVE_LIGATURES | pymupdf.TEXT_MEDIABOX_CLIP
    matrix = page.rotation_matrix if page.rotation else None
    words: list[Word] = []
    for x0, y0, x1, y1, text, *_ in page.get_text("words", flags=flags):
        box = tuple(pymupdf.Rect(x0, y0, x1, y1) * matrix) if matrix is not None else (x0, y0, x1, y1)
        words.append((*box, clean(text)))
    return words


@dataclass(frozen=True, slots=True)
class _Grid:
    xs: tuple[float, ...]
    ys: tuple[float, ...]
    edges: tuple[Edge, ...]

    @classmethod
    def of(cls, edges: Sequence[Edge]) -> "_Grid | None":
        levels = [edge for edge in edges if edge.level]
        uprights = [edge for edge in edges if not edge.level]
        if len(levels) < 2 or not uprights:
            return None
        ends = [min(edge.start for edge in levels), max(edge.end for edge in levels)]  # sides may be open
        tops = [min(edge.start for edge in uprights), max(edge.end for edge in uprights)]
        xs = _places([edge.place for edge in uprights] + ends)
        ys = _places([edge.place for edge in levels] + tops)
        if len(xs) < 3 or len(ys) < 3 or len(xs) * len(ys) > _MAX_CELLS:
            return None
        return cls(xs, ys, tuple(edges))

    def table(self, words: Sequence[Word]) -> RuledTable | None:
        box = (self.xs[0], self.ys[0], self.xs[-1], self.ys[-1])
        cells = self._filled(words)
        origin = self._origins()
        merged: dict[tuple[int, int], list[Word]] = defaultdict(list)
        for cell, members in cells.items():
            merged[origin[cell]].extend(members)
        rtl = sum(map(_is_rtl_word, words)) * 2 > len(words)
        rows: list[tuple[Cell, ...]] = []
        for row in range(len(self.ys) - 1):
            columns = range(len(self.xs) - 1)
            rows.extend(
                _row_cells([merged.get((row, column), []) for column in (reversed(columns) if rtl else columns)])
            )
        rows = _with_columns_joined([_compact(row) for row in rows if any(cell.text for cell in row)])
        return RuledTable(box, tuple(rows)) if _is_table(rows) else None

    def _filled(self, words: Sequence[Word]) -> dict[tuple[int, int], list[Word]]:
        cells: dict[tuple[int, int], list[Word]] = defaultdict(list)
        for word in words:
            column = _slot(self.xs, (word[0] + word[2]) / 2)
            row = _slot(self.ys, (word[1] + word[3]) / 2)
            if column is not None and row is not None:
                cells[row, column].append(word)
        return cells

    def _origins(self) -> dict[tuple[int, int], tuple[int, int]]:
        """For each cell the first cell of the merged area it lies in: cells with no rule between them are one."""
        origin: dict[tuple[int, int], tuple[int, int]] = {}
        for row in range(len(self.ys) - 1):
            for column in range(len(self.xs) - 1):
                here = (row, column)
                if column and not self._parted(False, self.xs[column], self.ys[row], self.ys[row + 1]):
                    origin[here] = origin[row, column - 1]
                elif row and not self._parted(True, self.ys[row], self.xs[column], self.xs[column + 1]):
                    origin[here] = origin[row - 1, column]
                else:
                    origin[here] = here
        return origin

    def _parted(self, level: bool, place: float, start: float, end: float) -> bool:
        middle = (start + end) / 2
        return any(
            edge.level is level
            and abs(edge.place - place) <= _SNAP
            and edge.start - _SNAP <= middle <= edge.end + _SNAP
            for edge in self.edges
        )


def _places(values: Iterable[float]) -> tuple[float, ...]:
    """Sorted places, those within the snapping distance counted once."""
    found: list[float] = []
    for value in sorted(values):
        if not found or value - found[-1] > _SNAP:
            found.append(value)
    return tuple(found)


def _slot(bounds: Sequence[float], value: float) -> int | None:
    return next((i for i in range(len(bounds) - 1) if bounds[i] <= value < bounds[i + 1]), None)


def _row_cells(cells: Sequence[list[Word]]) -> list[tuple[Cell, ...]]:
    """One row; or several, where rows are not ruled: cells side by side with as many text lines each."""
    lines = [_text_lines(cell) for cell in cells]
    filled = [len(cell) for cell in lines if cell]
    if len(filled) >= 2 and min(filled) >= 3 and max(filled) == min(filled):
        return [tuple(cell[i] if cell else EMPTY for cell in lines) for i in range(filled[0])]
    return [tuple(map(_one_cell, lines))]


def _one_cell(lines: Sequence[Cell]) -> Cell:
    if not lines:
        return EMPTY
    text = ""
    for line in lines:
        text, gap = joint(text, line.text) if text else ("", "")
        text += gap + line.text
    return Cell(text, around([line.box for line in lines if line.box]))


def _text_lines(words: list[Word]) -> list[Cell]:
    found: list[list[Word]] = []
    for word in sorted(words, key=lambda item: ((item[1] + item[3]) / 2, item[0])):
        middle = (word[1] + word[3]) / 2
        if found and found[-1][-1][1] < middle < found[-1][-1][3]:
            found[-1].append(word)
        else:
            found.append([word])
    return [Cell(" ".join(word[4] for word in _in_order(line)), around([word[:4] for word in line])) for line in found]


def _in_order(line: list[Word]) -> list[Word]:
    """Words from left to right; from right to left in an RTL line, but for runs of words of the other direction."""
    ordered = sorted(line, key=lambda item: item[0])
    if sum(map(_is_rtl_word, line)) * 2 <= sum(any(char.isalpha() for char in word[4]) for word in line):
        return ordered
    found: list[Word] = []
    for rtl, run in groupby(reversed(ordered), key=_is_rtl_word):
        words = list(run)
        found.extend(words if rtl else words[::-1])
    return found


def _is_rtl_word(word: Word) -> bool:
    return is_rtl(word[4])


def _compact(row: tuple[Cell, ...]) -> tuple[Cell, ...]:
    """Currency signs moved to the amount after them, percent signs and brackets to the one before."""
    cells = list(row)
    for index, cell in enumerate(cells):
        following = next((i for i in range(index + 1, min(index + 4, len(cells))) if cells[i].text), None)
        before = next((i for i in range(index - 1, max(index - 4, -1), -1) if cells[i].text), None)
        if CURRENCY.fullmatch(cell.text) and following is not None:
            cells[following], cells[index] = _glued(cell, cells[following]), EMPTY
        elif SUFFIX.fullmatch(cell.text) and before is not None:
            cells[before], cells[index] = _glued(cells[before], cell), EMPTY
    return tuple(cells)


def _glued(left: Cell, right: Cell) -> Cell:
    return Cell(left.text + right.text, joined_cells([left, right]).box)


def _with_columns_joined(rows: list[tuple[Cell, ...]]) -> list[tuple[Cell, ...]]:
    """Without empty columns; neighbours that are never both filled are one column that shading or borders split."""
    columns: list[list[Cell]] = []
    for column in zip(*rows, strict=True):
        if not any(cell.text for cell in column):
            continue
        if len(columns) > 1 and not any(a.text and b.text for a, b in zip(columns[-1], column, strict=True)):
            columns[-1] = [a if a.text else b for a, b in zip(columns[-1], column, strict=True)]
        else:
            columns.append(list(column))
    return list(zip(*columns, strict=True))


def _is_table(rows: Sequence[Sequence[Cell]]) -> bool:
    """Against frames around prose and decoration: enough filled cells, none that holds nearly everything.

    A grid that is mostly empty comes from shaded pieces of rows, not from cells; its text is better read by alignment.
    """
    if len(rows) < 2 or len(rows[0]) < 2:
        return False
    lengths = [len(cell.text) for row in rows for cell in row if cell.text]
    wide = sum(sum(bool(cell.text) for cell in row) >= 2 for row in rows)
    hoard = max(lengths) > 400 and max(lengths) > sum(lengths) * 0.6
    sparse = len(lengths) * 2 < sum(len(row) for row in rows)
    return not sparse and wide >= 2 and wide * 3 >= len(rows) and not hoard
