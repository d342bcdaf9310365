"""Ruled tables: the grid that rules make, and the words in its cells.

PyMuPDF's own table finder takes 50 to 2,000 ms a page (measured with 1.26.7), this one 1 to 10 ms. All lengths in
points, all coordinates on the displayed page.
"""

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

import pymupdf

from docqa.parsing.pdf.lines import Rect, clean
from docqa.parsing.pdf.rtl import is_rtl
from docqa.parsing.pdf.rules import SNAP, Edge, places
from docqa.parsing.pdf.text import joint
from docqa.parsing.tables import EMPTY, Cell, around, joined_cells

Word = tuple[float, float, float, float, str]

CURRENCY = re.compile(r"\(?(?:[$\u20ac\u00a3\u00a5]|US\$|EUR|USD|GBP)\(?")
SUFFIX = re.compile(r"[)%]+")
_MAX_CELLS = 10_000
_PARTED_SIGN = re.compile(r"(?<=[$\u20ac\u00a3\u00a5]) (?=[\d(\u2013\u2014-])|(?<=\d) (?=%)")


@dataclass(frozen=True, slots=True)
class RuledTable:
    """Rows of cells and the box around them."""

    box: Rect
    rows: tuple[tuple[Cell, ...], ...]


def cell_of(lines: Sequence[tuple[str, Rect]]) -> Cell:
    """Lines of one cell, from the top, as a cell; signs of currency and per cent with their amounts."""
    text = ""
    for line, _ in lines:
        text, gap = joint(text, line) if text else ("", "")
        text += gap + line
    return Cell(_PARTED_SIGN.sub("", text), around([box for _, box in lines])) if lines else EMPTY


def page_words(page: Any) -> list[Word]:
    """The words of a page, where they are displayed."""
    flags = pymupdf.TEXT_PRESERVE_LIGATURES | pymupdf.TEXT_MEDIABOX_CLIP
    matrix = page.rotation_matrix if page.rotation else None
    words: list[Word] = []
    for x0, y0, x1, y1, text, *_ in page.get_text("words", flags=flags):
        box = tuple(pymupdf.Rect(x0, y0, x1, y1) * matrix) if matrix is not None else (x0, y0, x1, y1)
        words.append((*box, clean(text)))
    return words


@dataclass(frozen=True, slots=True)
class Grid:
    """The places of the rules from left to right and from top to bottom, and the rules."""

    xs: tuple[float, ...]
    ys: tuple[float, ...]
    edges: tuple[Edge, ...]

    @property
    def is_shading(self) -> bool:
        """Whether nothing but the edges of coloured areas stands between its columns."""
        inner = [e for e in self.edges if not e.level and self.xs[0] + SNAP < e.place < self.xs[-1] - SNAP]
        return all(edge.shading for edge in inner)

    @classmethod
    def of(cls, edges: Sequence[Edge]) -> "Grid | None":
        """The grid that connected rules make, if they do."""
        levels = [edge for edge in edges if edge.level]
        uprights = [edge for edge in edges if not edge.level]
        if len(levels) < 2 or not uprights:
            return None
        ends = [min(edge.start for edge in levels), max(edge.end for edge in levels)]  # sides may be open
        tops = [min(edge.start for edge in uprights), max(edge.end for edge in uprights)]
        height = max(tops[1] - tops[0], 1.0)
        xs = places(
            [edge.place for edge in uprights if not edge.shading or _reach(edge, uprights) > 0.5 * height] + ends
        )
        ys = places([edge.place for edge in levels] + tops)
        if len(xs) < 3 or len(ys) < 3 or len(xs) * len(ys) > _MAX_CELLS:
            return None
        return cls(xs, ys, tuple(edges))

    def table(self, words: Sequence[Word]) -> RuledTable | None:
        """The words in its cells, if it holds a table."""
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
            edge.level is level and abs(edge.place - place) <= SNAP and edge.start - SNAP <= middle <= edge.end + SNAP
            for edge in self.edges
        )


def _reach(edge: Edge, uprights: Sequence[Edge]) -> float:
    """How long the uprights at a place are together."""
    return sum(other.end - other.start for other in uprights if abs(other.place - edge.place) <= SNAP)


def _slot(bounds: Sequence[float], value: float) -> int | None:
    return next((i for i in range(len(bounds) - 1) if bounds[i] <= value < bounds[i + 1]), None)


def _row_cells(cells: Sequence[list[Word]]) -> list[tuple[Cell, ...]]:
    """One row; or several, where rows are not ruled: cells side by side with as many text lines each."""
    lines = [_text_lines(cell) for cell in cells]
    filled = [len(cell) for cell in lines if cell]
    if len(filled) >= 2 and min(filled) >= 3 and max(filled) == min(filled):
        return [tuple(cell_of(cell[i : i + 1]) for cell in lines) for i in range(filled[0])]
    return [tuple(map(cell_of, lines))]


def _text_lines(words: list[Word]) -> list[tuple[str, Rect]]:
    found: list[list[Word]] = []
    for word in sorted(words, key=lambda item: ((item[1] + item[3]) / 2, item[0])):
        middle = (word[1] + word[3]) / 2
        if found and found[-1][-1][1] < middle < found[-1][-1][3]:
            found[-1].append(word)
        else:
            found.append([word])
    return [(" ".join(word[4] for word in _in_order(line)), around([word[:4] for word in line])) for line in found]


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
    later = [cell.text for row in rows for cell in row[1:] if cell.text]
    prose = sum(map(len, later)) > 30 * len(later) and sum(text[:1].islower() for text in later) > 0.4 * len(later)
    return not sparse and wide >= 2 and wide * 3 >= len(rows) and not hoard and not prose
