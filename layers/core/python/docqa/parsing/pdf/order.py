"""Reading order: columns from left to right within bands between what spans them, rows within a column.

Works in the lines' reading frame; all lengths in points.
"""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import groupby
from statistics import median

from docqa.parsing.pdf.lines import Line

_BIN = 2.0
_MIN_GUTTER = 7.0
_MAX_DEPTH = 6
_MAX_LINES_TO_CUT = 4_000
_MIN_SIDE_LINES = 3
_PROSE_CHARS = 22
"""Median length of a line of prose in a narrow column; shorter lines side by side are cells of a table."""


@dataclass(frozen=True, slots=True)
class Row:
    """Lines on one base line of a column, in reading order."""

    cells: tuple[Line, ...]

    @property
    def x0(self) -> float:
        return min(line.x0 for line in self.cells)

    @property
    def x1(self) -> float:
        return max(line.x1 for line in self.cells)

    @property
    def y0(self) -> float:
        return min(line.y0 for line in self.cells)

    @property
    def y1(self) -> float:
        return max(line.y1 for line in self.cells)


def columns(lines: list[Line], depth: int = 0) -> list[list[Line]]:
    """Groups of lines in reading order; each group is one column, or what stands across columns."""
    if len(lines) < 2 * _MIN_SIDE_LINES or depth >= _MAX_DEPTH or len(lines) > _MAX_LINES_TO_CUT:
        return [lines] if lines else []
    gutter = _gutter(lines)
    if gutter is None:
        return [lines]
    ordered = sorted(lines, key=lambda line: (line.y0, line.x0))
    spans: Callable[[Line], bool] = lambda line: line.x0 < gutter - _BIN and line.x1 > gutter + _BIN  # noqa: E731
    found: list[list[Line]] = []
    for spanning, band in groupby(ordered, key=spans):
        members = list(band)
        if spanning:
            found.append(members)
            continue
        left = [line for line in members if (line.x0 + line.x1) / 2 < gutter]
        right = [line for line in members if (line.x0 + line.x1) / 2 >= gutter]
        sides = (right, left) if _mostly_rtl(members) else (left, right)
        for side in sides:
            found.extend(columns(side, depth + 1))
    return found


def _mostly_rtl(lines: list[Line]) -> bool:
    return sum(line.rtl for line in lines) * 2 > len(lines)


def _gutter(lines: list[Line]) -> float | None:
    """x of the best place to part the lines into a left and a right column, or None if they are one column."""
    left, right = min(line.x0 for line in lines), max(line.x1 for line in lines)
    bins = int((right - left) / _BIN) + 1
    if bins < 30 or bins > 20_000:
        return None
    coverage = [0] * (bins + 1)
    for line in lines:
        coverage[int((line.x0 - left) / _BIN)] += 1
        coverage[min(int((line.x1 - left) / _BIN) + 1, bins)] -= 1
    for position in range(1, bins + 1):
        coverage[position] += coverage[position - 1]
    candidates = _valleys(coverage[:bins], len(lines))
    for first, last in candidates:
        gutter = left + (first + last + 1) / 2 * _BIN
        if _parts_columns(lines, gutter):
            return gutter
    return None


def _valleys(coverage: list[int], line_count: int) -> list[tuple[int, int]]:
    """Runs of thinly covered bins in the middle of the width, the emptiest and widest first."""
    bins = len(coverage)
    allowed = max(1, line_count // 5)
    runs: list[tuple[int, int, int]] = []
    position = bins // 6
    while position < bins - bins // 6:
        if coverage[position] > allowed:
            position += 1
            continue
        floor = coverage[position]
        last = position
        while last + 1 < bins and coverage[last + 1] == floor:
            last += 1
        if (last - position + 1) * _BIN >= _MIN_GUTTER:
            runs.append((floor, position - last, position))
        position = last + 1
    return [(first, first - width) for _, width, first in sorted(runs)[:8]]


def _parts_columns(lines: list[Line], gutter: float) -> bool:
    left = [line for line in lines if line.x1 <= gutter + _BIN]
    right = [line for line in lines if line.x0 >= gutter - _BIN]
    if len(left) < _MIN_SIDE_LINES or len(right) < _MIN_SIDE_LINES:
        return False
    total = sum(len(line.text) for line in lines)
    smaller = min(sum(len(line.text) for line in side) for side in (left, right))
    if smaller < total * 0.12:
        return False
    shorter = min(median(_row_lengths(side)) for side in (left, right))
    if shorter >= _PROSE_CHARS:
        return True
    return not (_mostly_figures(left) or _mostly_figures(right) or _share_base_lines(left, right))


def _row_lengths(lines: list[Line]) -> list[int]:
    """Characters on each base line, those of list markers set apart with their texts."""
    found: list[int] = []
    base = float("-inf")
    for line in sorted(lines, key=lambda item: item.y1):
        if line.y1 - base > 0.5 * line.size:
            found.append(0)
            base = line.y1
        found[-1] += len(line.text)
    return found


def _mostly_figures(lines: list[Line]) -> bool:
    """Columns of numbers belong to the labels beside them."""
    return sum(sum(char.isdigit() for char in line.text) * 2 >= len(line.text) for line in lines) * 2 > len(lines)


def _share_base_lines(left: list[Line], right: list[Line]) -> bool:
    """Whether many lines of the sparser side stand beside a line of the other: the rows of a table."""
    few, many = sorted((left, right), key=len)
    bases = sorted(line.y1 for line in many)
    beside = sum(any(abs(line.y1 - base) < 2.0 for base in bases) for line in few)
    return beside * 3 > len(few)


def rows(lines: list[Line]) -> list[Row]:
    """The rows of one column from top to bottom. Lines that overlap by more than half their height share a row."""
    found: list[list[Line]] = []
    for line in sorted(lines, key=lambda item: ((item.y0 + item.y1) / 2, item.x0)):
        if found and line.cells is None and _same_row(found[-1], line):
            found[-1].append(line)
        else:
            found.append([line])
    return [Row(tuple(_across(group))) for group in found]


def _same_row(group: list[Line], line: Line) -> bool:
    last = group[-1]
    if last.cells is not None:
        return False
    overlap = min(last.y1, line.y1) - max(last.y0, line.y0)
    if overlap <= 0.5 * min(last.y1 - last.y0, line.y1 - line.y0):
        return False
    return all(line.x0 >= other.x1 - other.size or line.x1 <= other.x0 + other.size for other in group)


def _across(group: list[Line]) -> list[Line]:
    return sorted(group, key=lambda line: line.x0, reverse=_mostly_rtl(group))
