"""Tables of a slide, each cell with its place (ECMA-376 part 1, 21.1.3)."""

from math import ceil
from typing import Any

from docqa.core.models import Block
from docqa.parsing.office.package import Relation
from docqa.parsing.office.tables import MAX_COLUMNS, Cell, grid_blocks
from docqa.parsing.office.text import Noticing, Run
from docqa.parsing.pptx.geometry import Area
from docqa.parsing.pptx.shapes import A, Shape
from docqa.parsing.pptx.text import paragraphs

_ON = ("1", "true")
_MAX_SPAN = 500
_USUAL_SIZE = 1_800  # hundredths of a point
_HUNDREDTH = 127  # EMU
_MARGIN_X, _MARGIN_Y = 91_440, 45_720  # EMU inside a cell, unless it says otherwise (21.1.3.17)
_CHAR_WIDTH, _LINE_HEIGHT = 0.5, 1.2  # of the size of type, for Latin text


def table_blocks(
    table: Any,
    shape: Shape,
    noticing: Noticing,
    relations: dict[str, Relation],
    slide: Area,
) -> list[Block]:
    """The table as blocks; a merged cell has its text, and its box, in each of the cells that it covers."""
    rows = table.findall(f"{A}tr")
    xs = _edges([_length(column, "w") for column in table.iterfind(f"{A}tblGrid/{A}gridCol")])
    ys = _edges([max(_length(row, "h"), _needed(row, xs)) for row in rows])
    cells = []
    for row_number, row in enumerate(rows):
        for column, element in enumerate(row.iterchildren(f"{A}tc")):
            if column >= MAX_COLUMNS or element.get("hMerge") in _ON or element.get("vMerge") in _ON:
                continue
            line = noticing.line(_runs(element, relations))
            down = min(_span(element, "rowSpan"), len(rows) - row_number)
            across = _span(element, "gridSpan")
            area = _area(shape, xs, ys, (column, row_number, column + across, row_number + down))
            box = area.on(noticing.page or 1, slide) if area else None
            cells.append(Cell(line.text, row_number, column, down, across, line.links, box))
    whole = _area(shape, xs, ys, (0, 0, len(xs), len(ys))) or shape.area
    around = whole.on(noticing.page or 1, slide) if whole else None
    properties = table.find(f"{A}tblPr")
    marked = properties is not None and properties.get("firstRow") in _ON
    return grid_blocks(cells, head_rows=1 if marked else None, page=noticing.page, boxes=(around,) if around else ())


def _runs(cell: Any, relations: dict[str, Relation]) -> list[Run]:
    body = cell.find(f"{A}txBody")
    runs: list[Run] = []
    for paragraph in paragraphs(body, None, [], relations) if body is not None else ():
        label = [Run(f"{paragraph.label} ")] if paragraph.label else []
        runs.extend([*label, *paragraph.runs, Run(" ")])
    return runs


def _span(cell: Any, name: str) -> int:
    text = cell.get(name, "1")
    return min(max(int(text), 1), _MAX_SPAN) if text.isdigit() and len(text) < 6 else 1


def _length(element: Any, name: str) -> float:
    text = element.get(name, "0")
    return float(text) if text.isdigit() and len(text) < 12 else 0.0


def _needed(row: Any, xs: list[float]) -> float:
    """About how high (EMU) its text makes a row: PowerPoint does not store rows that grow with it."""
    most = 0.0
    for column, cell in enumerate(row.iterchildren(f"{A}tc")):
        if column + 1 >= len(xs) or cell.get("rowSpan") or cell.get("gridSpan") or cell.get("vMerge") in _ON:
            continue
        sizes = [found.get("sz", "") for found in cell.iter(f"{A}rPr")]
        size = max((int(size) for size in sizes if size.isdigit() and len(size) < 6), default=_USUAL_SIZE) * _HUNDREDTH
        width = max(xs[column + 1] - xs[column] - 2 * _MARGIN_X, size)
        lines = 0
        for paragraph in cell.iter(f"{A}p"):
            length = sum(len(run.text or "") for run in paragraph.iter(f"{A}t"))
            lines += max(ceil(length * size * _CHAR_WIDTH / width), 1)
        most = max(most, lines * size * _LINE_HEIGHT + 2 * _MARGIN_Y)
    return most


def _edges(lengths: list[float]) -> list[float]:
    """Where rows or columns begin and end."""
    edges = [0.0]
    for length in lengths:
        edges.append(edges[-1] + length)
    return edges


def _area(shape: Shape, xs: list[float], ys: list[float], at: tuple[int, int, int, int]) -> Area | None:
    """The place of the cells from column, row to column, row.

    The frame tells where a table begins; its size is often stale, and PowerPoint goes by those of columns and rows.
    """
    if shape.frame is None or not xs[-1] or not ys[-1]:
        return None
    left, top, right, bottom = at
    x0, x1 = xs[min(left, len(xs) - 1)], xs[min(right, len(xs) - 1)]
    y0, y1 = ys[min(top, len(ys) - 1)], ys[min(bottom, len(ys) - 1)]
    return shape.frame.part(x0, y0, x1, y1)
