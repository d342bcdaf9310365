"""Where shapes stand on a slide: offsets, sizes, rotation, flips and groups (ECMA-376 part 1, 20.1.7)."""

from dataclasses import dataclass
from math import cos, pi, sin
from typing import Any

from docqa.core.models import Box

EMU_PER_POINT = 12_700
_A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
_DEGREE = 60_000  # units of a rotation
_MAX_EMU = 2**40


@dataclass(frozen=True, slots=True)
class Matrix:
    """x' = a x + c y + e; y' = b x + d y + f."""

    a: float = 1.0
    b: float = 0.0
    c: float = 0.0
    d: float = 1.0
    e: float = 0.0
    f: float = 0.0

    def then(self, outer: "Matrix") -> "Matrix":
        """First this, then the outer one."""
        return Matrix(
            outer.a * self.a + outer.c * self.b,
            outer.b * self.a + outer.d * self.b,
            outer.a * self.c + outer.c * self.d,
            outer.b * self.c + outer.d * self.d,
            outer.a * self.e + outer.c * self.f + outer.e,
            outer.b * self.e + outer.d * self.f + outer.f,
        )

    def at(self, x: float, y: float) -> tuple[float, float]:
        return self.a * x + self.c * y + self.e, self.b * x + self.d * y + self.f


EMU_TO_POINTS = Matrix(a=1 / EMU_PER_POINT, d=1 / EMU_PER_POINT)


@dataclass(frozen=True, slots=True)
class Area:
    """An upright rectangle on the slide, in points from its top left."""

    x0: float
    y0: float
    x1: float
    y1: float

    @property
    def width(self) -> float:
        return self.x1 - self.x0

    @property
    def height(self) -> float:
        return self.y1 - self.y0

    def meets(self, other: "Area") -> bool:
        return self.x0 < other.x1 and other.x0 < self.x1 and self.y0 < other.y1 and other.y0 < self.y1

    def holds(self, other: "Area", slack: float = 1.0) -> bool:
        return (
            self.x0 <= other.x0 + slack
            and self.y0 <= other.y0 + slack
            and other.x1 <= self.x1 + slack
            and other.y1 <= self.y1 + slack
        )

    def on(self, page: int, slide: "Area") -> Box | None:
        """The part of it that is on the slide; None where none is."""
        x0, y0 = max(self.x0, slide.x0), max(self.y0, slide.y0)
        x1, y1 = min(self.x1, slide.x1), min(self.y1, slide.y1)
        if x0 > x1 or y0 > y1:
            return None
        return Box(page=page, x0=round(x0, 2), y0=round(y0, 2), x1=round(x1, 2), y1=round(y1, 2))


@dataclass(frozen=True, slots=True)
class Frame:
    """An a:xfrm: offset and size in EMU in the space of its parent, with what turns that into points on the slide."""

    x: float
    y: float
    width: float
    height: float
    matrix: Matrix

    def area(self) -> Area:
        return self.part(0.0, 0.0, self.width, self.height)

    def part(self, x0: float, y0: float, x1: float, y1: float) -> Area:
        """A rectangle inside the frame (EMU from its top left) as it comes to lie on the slide."""
        corners = [self.matrix.at(self.x + x, self.y + y) for x in (x0, x1) for y in (y0, y1)]
        xs, ys = [x for x, _ in corners], [y for _, y in corners]
        return Area(min(xs), min(ys), max(xs), max(ys))


def frame(transform: Any, outer: Matrix) -> Frame | None:
    """The frame of an xfrm element; None where it says no place."""
    place = _pairs(transform, "off", "x", "y")
    size = _pairs(transform, "ext", "cx", "cy")
    if place is None or size is None:
        return None
    return Frame(*place, *size, _turned(transform, *place, *size).then(outer))


def group_matrix(transform: Any, outer: Matrix) -> Matrix:
    """What places the children of a group."""
    place, size = _pairs(transform, "off", "x", "y"), _pairs(transform, "ext", "cx", "cy")
    inner_place, inner_size = _pairs(transform, "chOff", "x", "y"), _pairs(transform, "chExt", "cx", "cy")
    if place is None or size is None or inner_place is None or inner_size is None:
        return outer
    scale_x = size[0] / inner_size[0] if inner_size[0] else 1.0
    scale_y = size[1] / inner_size[1] if inner_size[1] else 1.0
    scaled = Matrix(a=scale_x, d=scale_y, e=place[0] - inner_place[0] * scale_x, f=place[1] - inner_place[1] * scale_y)
    return scaled.then(_turned(transform, *place, *size)).then(outer)


def _turned(transform: Any, x: float, y: float, width: float, height: float) -> Matrix:
    """Flips and rotation about the middle."""
    text = transform.get("rot", "0")
    degrees = int(text) / _DEGREE if text.lstrip("-").isdigit() and len(text) < 12 else 0.0
    flip_x = -1.0 if transform.get("flipH") in ("1", "true") else 1.0
    flip_y = -1.0 if transform.get("flipV") in ("1", "true") else 1.0
    if not degrees and flip_x > 0 and flip_y > 0:
        return Matrix()
    middle_x, middle_y = x + width / 2, y + height / 2
    c, s = cos(degrees * pi / 180), sin(degrees * pi / 180)
    turn = Matrix(a=c * flip_x, b=s * flip_x, c=-s * flip_y, d=c * flip_y)
    return Matrix(e=-middle_x, f=-middle_y).then(turn).then(Matrix(e=middle_x, f=middle_y))


def _pairs(transform: Any, name: str, first: str, second: str) -> tuple[float, float] | None:
    element = transform.find(f"{_A}{name}") if transform is not None else None
    if element is None:
        return None
    numbers = [_whole(element.get(key)) for key in (first, second)]
    return (numbers[0], numbers[1]) if numbers[0] is not None and numbers[1] is not None else None


def _whole(text: str | None) -> float | None:
    try:
        number = float(text or "")
    except ValueError:
        return None
    return number if abs(number) < _MAX_EMU else None
