"""Boxes of passages: few, each around what stands together in one column of one page."""

from collections.abc import Iterable

from docqa.core.models import Box

_SAME_COLUMN = 0.5
"""Share of the narrower box's width that two boxes of one column have in common."""

_MAX_GAP = 1.5
"""Heights of the lower box between two boxes that stand together: paragraphs of a column, not its two ends."""

_MIN_GAP = 6.0
"""Points; the rule above says nothing for very low boxes."""


def around(boxes: Iterable[Box]) -> tuple[Box, ...]:
    """One box a page, around all those of the page, in the order that the pages come in."""
    pages: dict[int, Box] = {}
    for box in boxes:
        pages[box.page] = _union(pages[box.page], box) if box.page in pages else box
    return tuple(pages.values())


def merged(boxes: Iterable[Box]) -> tuple[Box, ...]:
    """Boxes in reading order; each that stands below the one before it, in the same column, is put together with it."""
    found: list[Box] = []
    for box in boxes:
        if found and (_inside(box, found[-1]) or _continues(found[-1], box)):
            found[-1] = _union(found[-1], box)
        else:
            found.append(box)
    return tuple(dict.fromkeys(found))


def _continues(above: Box, below: Box) -> bool:
    if above.page != below.page:
        return False
    common = min(above.x1, below.x1) - max(above.x0, below.x0)
    if common < _SAME_COLUMN * min(above.x1 - above.x0, below.x1 - below.x0):
        return False
    height = below.y1 - below.y0
    return -height <= below.y0 - above.y1 <= max(_MIN_GAP, _MAX_GAP * height) and below.y0 >= above.y0


def _inside(inner: Box, outer: Box) -> bool:
    return (
        inner.page == outer.page
        and inner.x0 >= outer.x0
        and inner.y0 >= outer.y0
        and inner.x1 <= outer.x1
        and inner.y1 <= outer.y1
    )


def _union(one: Box, other: Box) -> Box:
    return Box(
        page=one.page,
        x0=min(one.x0, other.x0),
        y0=min(one.y0, other.y0),
        x1=max(one.x1, other.x1),
        y1=max(one.y1, other.y1),
    )
