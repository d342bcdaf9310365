"""A run as a picture: bars with their intervals, one group a metric, one colour a variant. SVG, written by hand."""

from collections.abc import Iterator
from html import escape
from itertools import cycle

from docqa.evaluation.bootstrap import Interval
from docqa.evaluation.runs import Run
from docqa.evaluation.scoring import LOWER_IS_BETTER, in_order, label

_COLOURS = ("#4e79a7", "#f28e2b", "#59a14f", "#b07aa1", "#76b7b2", "#e15759", "#9c755f", "#edc948")
_HEIGHT, _TOP, _LEFT, _BELOW = 240, 40, 46, 60
_BAR, _GAP = 22, 24
_LEAST = 240
_LETTER = 6.2
"""Width of a character, about."""


def svg(run: Run) -> str:
    """Every metric between 0 and 1; what is no share of something (milliseconds) has no place in it."""
    names = list(run.summary)
    shapes: list[str] = []
    x: float = _LEFT + _GAP / 2
    for metric in in_order({metric for means in run.summary.values() for metric in means} - LOWER_IS_BETTER):
        having = [name for name in names if metric in run.summary[name]]
        width = max(_BAR * len(having), _LETTER * len(label(metric)))
        shapes += _group(run, metric, having, x + width / 2)
        x += width + _GAP
    whole = round(max(x, _LEFT + sum(_LETTER * len(name) + 30 for name in names), _LEAST))
    height = _TOP + _HEIGHT + _BELOW
    body = "\n".join([*_axis(whole), *shapes, *_legend(names, height - 14)])
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{whole}" height="{height}" viewBox="0 0 {whole} {height}" '
        f'font-family="sans-serif" font-size="11">\n<rect width="{whole}" height="{height}" fill="white"/>\n'
        f'<text x="{_LEFT}" y="20" font-size="14">{escape(run.name)}</text>\n{body}\n</svg>\n'
    )


def _y(value: float) -> float:
    return _TOP + _HEIGHT * (1 - min(max(value, 0.0), 1.0))


def _axis(width: int) -> Iterator[str]:
    for tenths in range(0, 11, 2):
        y = _y(tenths / 10)
        yield f'<line x1="{_LEFT}" x2="{width - 10}" y1="{y:.1f}" y2="{y:.1f}" stroke="#ddd"/>'
        yield f'<text x="{_LEFT - 6}" y="{y + 4:.1f}" text-anchor="end">{tenths / 10:.1f}</text>'


def _group(run: Run, metric: str, names: list[str], middle: float) -> Iterator[str]:
    """The bars of one metric around `middle`, each in the colour of its variant."""
    colours = dict(zip(run.summary, cycle(_COLOURS), strict=False))
    left = middle - _BAR * len(names) / 2
    for place, name in enumerate(names):
        yield from _bar(run.summary[name][metric], left + place * _BAR, colours[name])
    yield f'<text x="{middle:.1f}" y="{_TOP + _HEIGHT + 16}" text-anchor="middle">{escape(label(metric))}</text>'


def _bar(interval: Interval, x: float, colour: str) -> Iterator[str]:
    y, middle = _y(interval.value), x + _BAR / 2 - 2
    told = f"{interval.value:.3f} ({interval.low:.3f} to {interval.high:.3f})"
    yield (
        f'<rect x="{x:.1f}" y="{y:.1f}" width="{_BAR - 4}" height="{_y(0) - y:.1f}" fill="{colour}">'
        f"<title>{told}</title></rect>"
    )
    low, high, left = _y(interval.low), _y(interval.high), middle - 4
    stroke = f"M{middle:.1f} {low:.1f}V{high:.1f}M{left:.1f} {low:.1f}h8M{left:.1f} {high:.1f}h8"
    yield f'<path d="{stroke}" stroke="#333"/>'


def _legend(names: list[str], y: int) -> Iterator[str]:
    x = float(_LEFT)
    for place, name in enumerate(names):
        yield f'<rect x="{x:.1f}" y="{y - 9}" width="10" height="10" fill="{_COLOURS[place % len(_COLOURS)]}"/>'
        yield f'<text x="{x + 14:.1f}" y="{y}">{escape(name)}</text>'
        x += _LETTER * len(name) + 30
