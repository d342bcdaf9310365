"""The data behind a chart, as a table: one line a category, one column a series.

Read from the chart's XML (ECMA-376 part 1, 21.2): python-pptx knows neither 3-D nor stock nor combined charts.
"""

from collections.abc import Iterator
from typing import Any

from docqa.core.models import Block, BlockKind
from docqa.parsing.tables import table_block

_MAX_POINTS = 5_000


def chart_blocks(chart: Any, page: int) -> Iterator[Block]:
    """The chart's titles as a paragraph, then its data as a table."""
    root = chart._chartSpace
    titles = [_text(title) for title in root.iter("{*}title")]
    if any(titles):
        yield Block(kind=BlockKind.PARAGRAPH, text=" – ".join(filter(None, titles)), page=page)
    block = table_block(_rows(root), page=page, header=True)
    if block:
        yield block


def _text(element: Any) -> str:
    return " ".join("".join(run.text or "" for run in element.iter("{*}t")).split())


def _rows(root: Any) -> list[list[str]]:
    series = list(root.iter("{*}ser"))
    if not series:
        return []
    names = [_name(one, number) for number, one in enumerate(series, start=1)]
    labels: dict[int, str] = {}
    for one in series:
        labels = _points(one, "cat", "xVal") | labels
    columns = [_points(one, "val", "yVal") for one in series]
    last = max([-1, *labels, *(index for column in columns for index in column)])
    body = [
        [labels.get(index, ""), *(column.get(index, "") for column in columns)]
        for index in range(min(last + 1, _MAX_POINTS))
    ]
    return [["Category", *names], *body]


def _name(series: Any, number: int) -> str:
    found = series.find("{*}tx")
    text = "".join(value.text or "" for value in found.iter("{*}v")) if found is not None else ""
    return " ".join(text.split()) or f"series {number}"


def _points(series: Any, *kinds: str) -> dict[int, str]:
    """Cached values by position; labels of several levels are joined, outermost first."""
    found = next((part for part in series if part.tag.rpartition("}")[2] in kinds), None)
    points: dict[int, str] = {}
    for point in found.iter("{*}pt") if found is not None else ():
        index, value = point.get("idx", ""), point.find("{*}v")
        if index.isdigit() and value is not None and value.text:
            text = _number(value.text)
            points[int(index)] = f"{text} {points[int(index)]}" if int(index) in points else text
    return points


def _number(text: str) -> str:
    """Without the noise of binary fractions: "0.30000000000000004" is 0.3."""
    try:
        value = float(text)
    except ValueError:
        return " ".join(text.split())
    return text if "e" in text.lower() or len(text) < 12 else f"{value:.10g}"
