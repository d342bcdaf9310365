"""Rules of tables: drawn lines, frames of cells and edges of stripes, put together where they touch.

All lengths in points, all coordinates on the displayed page.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import pymupdf

Rect = tuple[float, float, float, float]

_MAX_PATHS = 8_000
_MAX_EDGES = 3_000
_THIN = 3.0
SNAP = 3.0
_MIN_LEVEL = 12.0
_MIN_UPRIGHT = 6.0
_MIN_TABLE = 80.0
_MIN_STRIPE = 25.0  # width of a column of a striped table
_MAX_BETWEEN = 40.0
_WIDTH_SNAP = 4.0


@dataclass(frozen=True, slots=True)
class Edge:
    """A horizontal (`level`) or vertical rule: its place across its direction, its start and end along it. `shading`:
    it is but the edge of a coloured area."""

    level: bool
    place: float
    start: float
    end: float
    shading: bool = False


@dataclass(frozen=True, slots=True)
class Region:
    """Where level rules or stripes of one width lie under each other: left, right, and the places of the rules."""

    x0: float
    x1: float
    ys: tuple[float, ...]

    @property
    def box(self) -> Rect:
        """The box around the rules."""
        return self.x0, self.ys[0], self.x1, self.ys[-1]


def page_edges(page: Any, paths: Sequence[dict[str, Any]]) -> list[Edge]:
    """The rules on a page; none if there are so many that it is a drawing. `paths`: of `page_paths`."""
    return _merged(_edges(page, paths)) if len(paths) < _MAX_PATHS else []


def level_regions(edges: Sequence[Edge], tables: Sequence[Rect], height: float) -> list[Region]:
    """At least three level rules of one width outside of `tables`, none further from the next than a third of the page
    height."""
    groups: dict[tuple[int, int], list[Edge]] = defaultdict(list)
    for edge in edges:
        if edge.level and not any(_within(edge, table) for table in tables):
            groups[round(edge.start / _WIDTH_SNAP), round(edge.end / _WIDTH_SNAP)].append(edge)
    found: list[Region] = []
    for group in groups.values():
        run: list[Edge] = []
        for edge in sorted(group, key=lambda one: one.place):
            if run and edge.place - run[-1].place > height / 3:
                found.extend(region_of(run))
                run = []
            run.append(edge)
        found.extend(region_of(run))
    return found


def _within(edge: Edge, table: Rect) -> bool:
    x0, y0, x1, y1 = table
    return y0 - SNAP <= edge.place <= y1 + SNAP and x0 <= edge.end and edge.start <= x1


def region_of(levels: Sequence[Edge]) -> list[Region]:
    """The region that level rules make, if they do."""
    ys = places([edge.place for edge in levels])
    x0, x1 = min((edge.start for edge in levels), default=0.0), max((edge.end for edge in levels), default=0.0)
    return [Region(x0, x1, ys)] if len(ys) >= 3 and x1 - x0 >= _MIN_STRIPE else []


def side_by_side(regions: Sequence[Region]) -> list[Region]:
    """The regions, those put together whose rules stand at the same heights with little between them: the columns of
    one table, each striped for itself. The one with most rules first."""
    found: list[Region] = []
    for region in sorted(regions, key=lambda one: (one.x0, one.x1)):
        for index, other in enumerate(found):
            gap = max(region.x0 - other.x1, other.x0 - region.x1)
            if -SNAP <= gap < _MAX_BETWEEN and _same_rows(other, region):
                ys = places([*other.ys, *region.ys])
                found[index] = Region(min(other.x0, region.x0), max(other.x1, region.x1), ys)
                break
        else:
            found.append(region)
    wide = [region for region in found if region.x1 - region.x0 >= _MIN_TABLE]
    return sorted(wide, key=lambda region: (-len(region.ys), region.ys))


def _same_rows(a: Region, b: Region) -> bool:
    few, many = sorted((a.ys, b.ys), key=len)
    if few[-1] - few[0] < 0.6 * (many[-1] - many[0]):
        return False
    return sum(any(abs(y - other) <= SNAP for other in many) for y in few) >= 0.6 * len(few)


def _edges(page: Any, paths: Sequence[dict[str, Any]]) -> Iterator[Edge]:
    matrix = page.rotation_matrix if page.rotation else None
    width, height = page.rect.width, page.rect.height
    for path in paths:
        for item in path.get("items", ()):
            for box in _item_boxes(item):
                if matrix is not None:
                    box = tuple(pymupdf.Rect(box) * matrix)
                yield from _box_edges(box, width, height, shading=path.get("type") == "f")


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


def _box_edges(box: Rect, width: float, height: float, *, shading: bool) -> Iterator[Edge]:
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
        yield from (Edge(True, y, x0, x1, shading) for y in (y0, y1))
        yield from (Edge(False, x, y0, y1, shading) for x in (x0, x1))


def _merged(edges: Iterable[Edge]) -> list[Edge]:
    """Edges in one line that touch become one."""
    found: list[Edge] = []
    for edge in sorted(edges, key=lambda e: (e.level, round(e.place / SNAP), e.start)):
        last = found[-1] if found else None
        if (
            last is not None
            and last.level == edge.level
            and abs(last.place - edge.place) <= SNAP
            and edge.start <= last.end + SNAP
        ):
            shading = last.shading and edge.shading
            found[-1] = Edge(edge.level, last.place, last.start, max(last.end, edge.end), shading)
        else:
            found.append(edge)
        if len(found) > _MAX_EDGES:
            return []
    return found


def connected(edges: Sequence[Edge]) -> list[list[Edge]]:
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
            beside = level.start - SNAP <= upright.place <= level.end + SNAP
            if beside and upright.start - SNAP <= level.place <= upright.end + SNAP:
                parent[root(i)] = root(j)
    groups: dict[int, list[Edge]] = defaultdict(list)
    for i, edge in enumerate(edges):
        groups[root(i)].append(edge)
    return [group for group in groups.values() if len(group) >= 4]


def places(values: Iterable[float]) -> tuple[float, ...]:
    """Sorted places, those within the snapping distance counted once."""
    found: list[float] = []
    for value in sorted(values):
        if not found or value - found[-1] > SNAP:
            found.append(value)
    return tuple(found)
