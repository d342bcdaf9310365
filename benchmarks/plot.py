"""Line charts on two logarithmic axes, as SVG: how a cost grows with size."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from html import escape

WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 860, 460, 70, 250, 50, 60
COLOURS = ("#0b6e99", "#c2410c", "#4d7c0f", "#6d28d9", "#a16207", "#be185d", "#334155")


@dataclass
class Line:
    """A name and its points (x, y), both above 0."""

    name: str
    points: list[tuple[float, float]] = field(default_factory=list)


def chart(title: str, x_name: str, y_name: str, lines: Sequence[Line]) -> str:
    """The SVG. Raises ValueError without points."""
    points = [point for line in lines for point in line.points]
    if not points:
        raise ValueError("There is nothing to draw.")
    x, y = _Axis([p[0] for p in points], LEFT, WIDTH - RIGHT), _Axis([p[1] for p in points], HEIGHT - BOTTOM, TOP)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" font-family="sans-serif"'
        ' font-size="13">',
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#ffffff"/>',
        f'<text x="{LEFT}" y="28" font-size="17" fill="#111827">{escape(title)}</text>',
        *(_grid_line(x.place(value), None, _short(value)) for value in x.marks()),
        *(_grid_line(None, y.place(value), _short(value)) for value in y.marks()),
        f'<text x="{(LEFT + WIDTH - RIGHT) / 2}" y="{HEIGHT - 14}" text-anchor="middle">{escape(x_name)}</text>',
        f'<text x="20" y="{(TOP + HEIGHT - BOTTOM) / 2}" text-anchor="middle">{escape(y_name)}</text>',
    ]
    ends = sorted((y.place(line.points[-1][1]), number) for number, line in enumerate(lines))
    labels = dict(zip([number for _, number in ends], _apart([place for place, _ in ends]), strict=True))
    for number, line in enumerate(lines):
        colour = COLOURS[number % len(COLOURS)]
        places = [(x.place(a), y.place(b)) for a, b in line.points]
        path = " ".join(f"{a:.1f},{b:.1f}" for a, b in places)
        parts.append(f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"/>')
        parts += [f'<circle cx="{a:.1f}" cy="{b:.1f}" r="3.5" fill="{colour}"/>' for a, b in places]
        parts.append(
            f'<text x="{WIDTH - RIGHT + 12}" y="{labels[number] + 4:.1f}" fill="{colour}">{escape(line.name)}</text>'
        )
    return "\n".join([*parts, "</svg>", ""])


class _Axis:
    def __init__(self, values: Sequence[float], start: float, end: float) -> None:
        self._low, self._high = math.floor(math.log10(min(values))), math.ceil(math.log10(max(values)))
        self._high = max(self._high, self._low + 1)
        self._start, self._end = start, end

    def place(self, value: float) -> float:
        share = (math.log10(value) - self._low) / (self._high - self._low)
        return self._start + share * (self._end - self._start)

    def marks(self) -> list[float]:
        return [10.0**power for power in range(self._low, self._high + 1)]


def _grid_line(x: float | None, y: float | None, label: str) -> str:
    if x is not None:
        return (
            f'<line x1="{x:.1f}" x2="{x:.1f}" y1="{TOP}" y2="{HEIGHT - BOTTOM}" stroke="#e5e7eb"/>'
            f'<text x="{x:.1f}" y="{HEIGHT - BOTTOM + 20}" text-anchor="middle" fill="#4b5563">{label}</text>'
        )
    return (
        f'<line x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y:.1f}" y2="{y:.1f}" stroke="#e5e7eb"/>'
        f'<text x="{LEFT - 8}" y="{(y or 0) + 4:.1f}" text-anchor="end" fill="#4b5563">{label}</text>'
    )


def _short(value: float) -> str:
    for size, letter in ((1e6, "M"), (1e3, "k")):
        if value >= size:
            return f"{value / size:g}{letter}"
    return f"{value:g}"


def _apart(places: Sequence[float], gap: float = 17) -> list[float]:
    """Places in rising order, moved down so that labels do not lie on each other."""
    moved: list[float] = []
    for place in places:
        moved.append(max(place, moved[-1] + gap) if moved else place)
    return moved
