"""The order in which the shapes of a slide are read.

Rows from top to bottom, each from left to right, but columns that stand side by side over most of their height are read
one after the other (a recursive X-Y cut, after Nagy and Seth, 1984).
"""

from collections.abc import Callable, Sequence
from typing import TypeVar

from docqa.parsing.pptx.geometry import Area

T = TypeVar("T")
_SLACK = 6.0  # points that neighbours may overlap and still be told apart
_ROW = 18.0  # points: shapes whose tops differ by less stand in one row
_COLUMN_SHARE = 0.5
"""Of the height of all that stands side by side: what is lower is no column of its own."""
_MAX_DEPTH = 12

_Item = tuple[Area, T]


def reading_order(things: Sequence[T], place: Callable[[T], Area | None]) -> list[T]:
    """Things in reading order; those without a place first, as they come."""
    placed = [(area, thing) for thing in things if (area := place(thing)) is not None]
    unplaced = [thing for thing in things if place(thing) is None]
    return unplaced + [thing for _, thing in _ordered(placed, 0)]


def _ordered(items: list[_Item[T]], depth: int) -> list[_Item[T]]:
    if len(items) < 2 or depth > _MAX_DEPTH:
        return _by_rows(items)
    columns, gap_x = _cut(items, lambda area: (area.x0, area.x1))
    rows, gap_y = _cut(items, lambda area: (area.y0, area.y1))
    if len(columns) > 1 and (len(rows) == 1 or (gap_x > gap_y and _are_columns(columns))):
        parts = columns
    elif len(rows) > 1:
        parts = rows
    else:
        return _by_rows(items)
    return [item for part in parts for item in _ordered(part, depth + 1)]


def _cut(items: Sequence[_Item[T]], side: Callable[[Area], tuple[float, float]]) -> tuple[list[list[_Item[T]]], float]:
    """Groups along one direction with nothing but space between them, and the widest of the spaces."""
    ordered = sorted(items, key=lambda item: side(item[0]))
    groups = [[ordered[0]]]
    end = side(ordered[0][0])[1]
    widest = 0.0
    for item in ordered[1:]:
        start, stop = side(item[0])
        if start >= end - min(_SLACK, (stop - start) / 2):
            widest = max(widest, start - end)
            groups.append([])
        groups[-1].append(item)
        end = max(end, stop)
    return groups, widest


def _are_columns(columns: Sequence[Sequence[_Item[T]]]) -> bool:
    """Whether each group reaches over much of the height that they take up together."""
    spans = [(min(area.y0 for area, _ in part), max(area.y1 for area, _ in part)) for part in columns]
    whole = max(end for _, end in spans) - min(start for start, _ in spans)
    return all(end - start >= _COLUMN_SHARE * whole for start, end in spans)


def _by_rows(items: Sequence[_Item[T]]) -> list[_Item[T]]:
    """Where no cut can be made: by their tops, then from left to right."""
    ordered: list[_Item[T]] = []
    row: list[_Item[T]] = []
    for item in sorted(items, key=lambda item: item[0].y0):
        if row and item[0].y0 - row[0][0].y0 > _ROW:
            ordered.extend(sorted(row, key=lambda item: item[0].x0))
            row = []
        row.append(item)
    return ordered + sorted(row, key=lambda item: item[0].x0)
