"""The shapes of a slide with their places, those that they inherit from layout and master included."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from docqa.parsing.office.names import ALTERNATE, chosen
from docqa.parsing.office.package import Package
from docqa.parsing.pptx.geometry import EMU_TO_POINTS, Area, Frame, Matrix, frame, group_matrix

P = "{http://schemas.openxmlformats.org/presentationml/2006/main}"
A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
MAX_DEPTH = 16
_KINDS = {f"{P}sp": "text", f"{P}pic": "picture", f"{P}graphicFrame": "frame", f"{P}grpSp": "group"}
_BODY_LIKE = frozenset({"body", "obj", "subTitle", "tbl", "chart", "dgm", "media", "clipArt", "pic", ""})
_TITLES = frozenset({"title", "ctrTitle"})
TITLE, BODY = "title", "body"


@dataclass(frozen=True, slots=True)
class Placeholder:
    """`type` is "" for plain content."""

    type: str
    index: str

    @property
    def style(self) -> str:
        """Which of the master's placeholders it is made after."""
        if self.type in _TITLES:
            return TITLE
        return BODY if self.type in _BODY_LIKE else self.type


@dataclass
class Shape:
    """`kind`: text, picture, frame (table, chart, diagram, object) or group. `models`: the placeholders of layout and
    master that it inherits from, nearest first. `order`: a shape lies over those of lower order.
    """

    element: Any
    kind: str
    order: int
    frame: Frame | None
    placeholder: Placeholder | None
    models: tuple[Any, ...]
    children: list["Shape"]

    @cached_property
    def area(self) -> Area | None:
        if self.kind == "group":
            areas = [child.area for child in self.children if child.area]
            if not areas:
                return None
            return Area(
                min(a.x0 for a in areas), min(a.y0 for a in areas), max(a.x1 for a in areas), max(a.y1 for a in areas)
            )
        return self.frame.area() if self.frame else None

    @property
    def properties(self) -> Any:
        """Its p:cNvPr: id, name, description, whether it is hidden."""
        return self.element.find(f"{P}*/{P}cNvPr") if len(self.element) else None

    @property
    def is_title(self) -> bool:
        return self.placeholder is not None and self.placeholder.type in _TITLES

    def flat(self) -> Iterator["Shape"]:
        """The shape itself, or what a group holds, however deep."""
        if self.kind == "group":
            for child in self.children:
                yield from child.flat()
        else:
            yield self


class Master:
    """A layout or a master with its placeholders."""

    def __init__(self, root: Any, part: str) -> None:
        self.root = root
        self.part = part
        self.placeholders = [
            (found, element)
            for element in root.iterfind(f"{P}cSld/{P}spTree/*")
            if (found := placeholder_of(element)) is not None
        ]

    def model(self, wanted: Placeholder, *, by_index: bool) -> Any:
        """The placeholder that one of a slide (by index) or of a layout (by kind) is made after."""
        if by_index:
            for found, element in self.placeholders:
                if found.index == wanted.index and (wanted.index != "0" or found.style == wanted.style):
                    return element
        return next((element for found, element in self.placeholders if found.style == wanted.style), None)


class Masters:
    """The layouts and masters of a file, each read once."""

    def __init__(self, package: Package) -> None:
        self._package = package
        self._known: dict[str, Master | None] = {}

    def above(self, part: str, pages: tuple[int, ...]) -> list[Master]:
        """Layout and master of a slide, as far as they can be read."""
        layout = self._one(part, "slideLayout", pages)
        master = self._one(layout.part, "slideMaster", pages) if layout else None
        return [one for one in (layout, master) if one]

    def _one(self, part: str, kind: str, pages: tuple[int, ...]) -> Master | None:
        names = self._package.of_kind(part, kind)
        if not names:
            return None
        if names[0] not in self._known:
            root = self._package.root(names[0], "slide layout", pages=pages)
            self._known[names[0]] = Master(root, names[0]) if root is not None else None
        return self._known[names[0]]


def placeholder_of(element: Any) -> Placeholder | None:
    found = element.find(f"{P}*/{P}nvPr/{P}ph")
    return Placeholder(found.get("type", ""), found.get("idx", "0")) if found is not None else None


class ShapeReader:
    """Reads the shape tree of one slide. `too_deep`: whether groups were left out for being nested too deep."""

    def __init__(self, masters: list[Master]) -> None:
        self._masters = masters
        self._count = 0
        self.too_deep = False

    def shapes(self, tree: Any, matrix: Matrix = EMU_TO_POINTS, depth: int = 0) -> list[Shape]:
        """The shapes of a tree or group, in the order in which they lie over each other; none of a missing tree."""
        if depth > MAX_DEPTH:
            self.too_deep = True
            return []
        return [self._shape(element, matrix, depth) for element in _elements(tree)] if tree is not None else []

    def _shape(self, element: Any, matrix: Matrix, depth: int) -> Shape:
        kind = _KINDS[element.tag]
        self._count += 1
        order = self._count
        placeholder = placeholder_of(element)
        models = self._models(placeholder)
        children: list[Shape] = []
        own = None
        if kind == "group":
            children = self.shapes(element, group_matrix(_transform(element), matrix), depth + 1)
        else:
            transforms = (_transform(one) for one in (element, *models))
            own = next((found for one in transforms if one is not None and (found := frame(one, matrix))), None)
        return Shape(element, kind, order, own, placeholder, models, children)

    def _models(self, placeholder: Placeholder | None) -> tuple[Any, ...]:
        if placeholder is None:
            return ()
        found = []
        for number, master in enumerate(self._masters):
            model = master.model(placeholder, by_index=number == 0)
            if model is not None:
                found.append(model)
        return tuple(found)


def _elements(tree: Any) -> Iterator[Any]:
    for element in tree:
        if element.tag in _KINDS:
            yield element
        elif element.tag == ALTERNATE:
            branch = chosen(element)
            if branch is not None:
                yield from (inner for inner in branch if inner.tag in _KINDS)


def _transform(element: Any) -> Any:
    found = element.find(f"{P}xfrm")
    if found is not None:
        return found
    found = element.find(f"{P}spPr/{A}xfrm")
    return found if found is not None else element.find(f"{P}grpSpPr/{A}xfrm")
