"""The data behind a chart, as a table: one line a category, one column a series.

Read from the chart's XML (ECMA-376 part 1, 21.2, and [MS-ODRAWXML] 2.24.3 for the charts of 2016): the values as the
chart shows them, which it keeps beside the workbook that they come from.
"""

from bisect import bisect_right
from collections.abc import Sequence
from typing import Any

from docqa.core.models import Block, BlockKind, Box
from docqa.parsing.office.numbers import shown
from docqa.parsing.office.tables import Cell, grid_blocks

_MAX_CELLS = 50_000
_A_T = "{http://schemas.openxmlformats.org/drawingml/2006/main}t"
_X, _Y = ("cat", "xVal"), ("val", "yVal")
_Points = dict[int, str]


def chart_blocks(root: Any, page: int | None, boxes: tuple[Box, ...] = ()) -> tuple[list[Block], str | None]:
    """The chart's titles as a caption, then its data as a table; the code of a warning where these are not whole."""
    modern = root.tag.rpartition("}")[0].endswith("chartex")
    rows = _modern_rows(root) if modern else _rows(root)
    blocks = []
    titles = " – ".join(dict.fromkeys(filter(None, [_text(root.find("{*}chart/{*}title")), *_value_titles(root)])))
    if titles:
        blocks.append(Block(kind=BlockKind.CAPTION, text=titles, page=page, boxes=boxes))
    has_data = len(rows) > 1
    cells = [Cell(text, r, c) for r, row in enumerate(rows if has_data else []) for c, text in enumerate(row)]
    blocks.extend(grid_blocks(cells, head_rows=1, page=page, boxes=boxes))
    if not has_data:
        return blocks, "part_unreadable" if any(True for _ in root.iter("{*}ser", "{*}series")) else None
    return blocks, "truncated" if len(cells) >= _MAX_CELLS else None


def _text(element: Any) -> str:
    """Rich text, or the cached value of the cell that holds the title."""
    if element is None:
        return ""
    runs = list(element.iter(_A_T)) or list(element.iter("{*}v"))
    return " ".join("".join(run.text or "" for run in runs).split())


def _value_titles(root: Any) -> list[str]:
    axes = root.iter("{*}valAx", "{*}axis")
    return [_text(axis.find("{*}title")) for axis in axes]


def _category_title(root: Any) -> str:
    axes = root.iter("{*}catAx", "{*}dateAx", "{*}serAx")
    return next(filter(None, (_text(axis.find("{*}title")) for axis in axes)), "Category")


def _rows(root: Any) -> list[list[str]]:
    series = [one for one in root.iter("{*}ser") if one.find("{*}val") is not None or one.find("{*}yVal") is not None]
    if not series:
        return []
    names = [_name(one, number) for number, one in enumerate(series, start=1)]
    labels = [_points(one, *_X) for one in series]
    values = [_points(one, *_Y) for one in series]
    sizes = [_points(one, "bubbleSize") for one in series]
    scattered = any(one.find("{*}yVal") is not None for one in series)
    if scattered and (any(sizes) or any(label != labels[0] for label in labels)):
        return _scattered(names, labels, values, sizes)
    shared: _Points = {}
    for label in labels:
        shared = label | shared
    head = "X" if scattered else _category_title(root)
    return [[head, *names], *_aligned(shared, values)]


def _aligned(labels: _Points, columns: Sequence[_Points]) -> list[list[str]]:
    indexes = sorted({*labels, *(index for column in columns for index in column)})
    indexes = indexes[: _MAX_CELLS // (len(columns) + 1) + 1]
    return [[labels.get(index, ""), *(column.get(index, "") for column in columns)] for index in indexes]


def _scattered(
    names: Sequence[str], xs: Sequence[_Points], ys: Sequence[_Points], sizes: Sequence[_Points]
) -> list[list[str]]:
    """Series that do not share their x: one line a point."""
    sized = any(sizes)
    rows = [["Series", "X", "Y", *(["Size"] if sized else [])]]
    for name, x, y, size in zip(names, xs, ys, sizes, strict=True):
        rows.extend([name, *point] for point in _aligned(x, [y, size] if sized else [y]))
    return rows[: _MAX_CELLS // len(rows[0]) + 1]


def _name(series: Any, number: int) -> str:
    found = series.find("{*}tx")
    text = " ".join(value.text or "" for value in found.iter("{*}v")) if found is not None else ""
    return " ".join(text.split()) or f"series {number}"


def _points(series: Any, *kinds: str) -> _Points:
    """Cached values by position; labels of several levels are joined, outermost first."""
    found = next((part for part in series if part.tag.rpartition("}")[2] in kinds), None)
    if found is None:
        return {}
    levels = [_level(level) for level in found.iter("{*}lvl")]
    if not levels:
        return _level(found)
    joined = levels[0]
    for outer in levels[1:]:
        joined = _under(outer, joined)
    return joined


def _under(outer: _Points, inner: _Points) -> _Points:
    """Labels with the outer one over each, which stands at the first of those that it is over."""
    starts = sorted(outer)
    joined = {}
    for index, text in inner.items():
        place = bisect_right(starts, index)
        joined[index] = f"{outer[starts[place - 1]]} {text}" if place else text
    return joined


def _level(container: Any) -> _Points:
    code = container.find(".//{*}formatCode")
    points: _Points = {}
    for point in container.iter("{*}pt"):
        index, value = point.get("idx", ""), point.find("{*}v")
        if index.isdigit() and value is not None and value.text and len(points) < _MAX_CELLS:
            own = point.get("formatCode") or (code.text if code is not None else None)
            points[int(index)] = shown(value.text, own)
    return points


def _modern_rows(root: Any) -> list[list[str]]:
    """Waterfall, funnel, treemap and the like: categories and values in `cx:data`, one for each series."""
    columns: list[_Points] = []
    names: list[str] = []
    labels: _Points = {}
    for number, data in enumerate(root.iter("{*}data"), start=1):
        words, figures = data.find("{*}strDim"), data.find("{*}numDim")
        if words is not None:
            labels = _modern_points(words) | labels
        if figures is not None:
            columns.append(_modern_points(figures))
            names.append(f"series {number}")
    for index, series in enumerate(root.iter("{*}series")):
        if index < len(names):
            names[index] = _name(series, index + 1)
    return [["Category", *names], *_aligned(labels, columns)] if columns or labels else []


def _modern_points(dimension: Any) -> _Points:
    """Labels of several levels, innermost first in the file."""
    joined: _Points = {}
    for level in dimension.iterchildren("{*}lvl"):
        code = level.get("formatCode")
        found = {
            int(point.get("idx")): shown(point.text, code)
            for point in level.iterchildren("{*}pt")
            if point.get("idx", "").isdigit() and point.text
        }
        joined = _under(found, joined) or found
    return joined
