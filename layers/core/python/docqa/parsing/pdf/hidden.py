"""Text of a PDF page that a reader does not see: off the page, tiny, unpainted, covered, or in its background's colour.

Cheap signals first (place, size, opacity, colour, shapes and pictures that may lie over text); only a page that gives
one is traced and rendered, once, to settle it by its pixels. The text layer of a scanned page is unpainted or lies
behind the picture, and is read.
"""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import pymupdf

from docqa.core.models import Hidden

Rect = tuple[float, float, float, float]
Span = dict[str, Any]
Origin = tuple[int, int]
"""Where a letter is set, in quarters of a point."""

_TINY = 2.0  # points
_TINY_ADVANCE = 1.3  # points a character; type drawn by a font of odd units has a small size and a usual advance
_SCAN_SHARE = 0.5  # of the page that pictures cover if it is a scan
_LIGHT = 0.8
_NEAR = 24  # of 255; less contrast is not seen
_SAME_SHARE = 0.85  # of the pixels; letters cover half of their box at most
_MAX_PIXELS = 1_500_000
_RENDER_ZOOM = 1.4
_MAX_COVERS = 200
_BAND, _MAX_BANDS = 12.0, 400  # points, and how many
_MAX_SUSPECTS = 2_000
_CLIPPING = 1 << 6
_PICTURES = ("fill-image", "fill-imgmask")


def mark_hidden(page: Any, spans: Sequence[Span], paths: Sequence[dict[str, Any]]) -> None:
    """Set `hidden` on each of MuPDF's spans that does not show. `paths`: drawings as `get_cdrawings` gives them."""
    written = [span for span in spans if not span["text"].isspace()]
    if not written:
        return
    look = _Look(page, paths)
    tiny = [span for span in written if _is_tiny(span)]
    all_tiny = len(tiny) == len(written)  # a plan or poster, to be read enlarged
    for span in written:
        if look.is_off_page(span["bbox"]):
            span["hidden"] = Hidden.OFF_PAGE
        elif not all_tiny and _is_tiny(span):
            span["hidden"] = Hidden.TINY
        elif span["alpha"] == 0 and not look.shows_unpainted(span):
            span["hidden"] = Hidden.INVISIBLE
    rest = [span for span in written if "hidden" not in span and span["alpha"]]
    for span in look.covered(rest):
        span["hidden"] = Hidden.COVERED
    for span in [span for span in rest if look.may_be_background(span)][:_MAX_SUSPECTS]:
        if "hidden" not in span and look.share_of_colour(span["bbox"], span["color"]) >= _SAME_SHARE:
            span["hidden"] = Hidden.WHITE
    _with_spaces(spans)


def _with_spaces(spans: Sequence[Span]) -> None:
    """A span of spaces goes with the one before it, so that it parts no line."""
    before = None
    for span in spans:
        if span["text"].isspace() and before is not None:
            span["hidden"] = before
        before = span.get("hidden")


def _is_tiny(span: Span) -> bool:
    if span["size"] >= _TINY:
        return False
    x0, y0, x1, y1 = span["bbox"]
    return bool(max(x1 - x0, y1 - y0) / max(len(span["text"]), 1) < _TINY_ADVANCE)


@dataclass
class _Look:
    """What one page looks like, found out on demand. Boxes are in the page's unrotated coordinates."""

    page: Any
    paths: Sequence[dict[str, Any]]
    _alike: dict[int, list[bool]] = field(default_factory=dict)
    """For each colour of text, which of the filled shapes have it."""

    def is_off_page(self, box: Rect) -> bool:
        width, height = self._size
        return box[2] <= 0 or box[3] <= 0 or box[0] >= width or box[1] >= height

    def shows_unpainted(self, span: Span) -> bool:
        """The text layer of a scan; or letters used as a stencil for a picture or a gradient."""
        if self._is_scan and any(_holds(box, span["bbox"]) for box in self._pictures):
            return True
        return bool(span["char_flags"] & _CLIPPING) and self._has_contrast(span["bbox"])

    def may_be_background(self, span: Span) -> bool:
        """Whether a text's colour may be that of what it is set on: the topmost shape under it, or else the paper."""
        colour = span["color"]
        if colour not in self._alike:
            self._alike[colour] = [_near(_rgb(colour), fill) for fill, _ in self._fills]
        alike = self._alike[colour]
        light = min(_rgb(colour)) >= 255 * _LIGHT
        if not light and not any(alike):
            return False
        box = span["bbox"]
        under = next(
            (same for same, (_, fill) in zip(alike[::-1], self._fills[::-1], strict=True) if _holds(fill, box)), None
        )
        return light if under is None else under

    def covered(self, spans: Sequence[Span]) -> list[Span]:
        """The spans that a shape or picture drawn later lies over."""
        covers = self._covers
        if not covers:
            return []
        suspects = [s for s in spans if any(_holds(box, s["bbox"]) for _, box, _ in covers)][:_MAX_SUSPECTS]
        if not suspects:
            return []
        order = self._text_order
        asked: Counter[Origin] = Counter()
        found = []
        for span in suspects:
            places, key = order.get(_key(span["origin"]), []), _key(span["origin"])
            place = places[min(asked[key], len(places) - 1)] if places else None
            asked[key] += 1
            over = [c for c in covers if place is not None and c[0] > place and _holds(c[1], span["bbox"])]
            if any(picture or self._is_plain(span["bbox"], after=number) for number, _, picture in over):
                found.append(span)
        return found

    def share_of_colour(self, box: Rect, colour: int) -> float:
        """Share of the pixels in a box that can hardly be told from a colour."""
        rows = self._pixel_rows(box)
        close = [bytes(abs(value - part) <= _NEAR for value in range(256)) for part in _rgb(colour)]
        channels = [b"".join(row[part::3] for row in rows).translate(close[part]) for part in (0, 1, 2)]
        both = int.from_bytes(channels[0]) & int.from_bytes(channels[1]) & int.from_bytes(channels[2])
        return both.bit_count() / len(channels[0]) if channels[0] else 0.0

    @cached_property
    def _size(self) -> tuple[float, float]:
        width, height = self.page.rect.width, self.page.rect.height
        return (height, width) if self.page.rotation in (90, 270) else (width, height)

    @cached_property
    def _log(self) -> list[tuple[str, Rect]]:
        return [(kind, tuple(box)) for kind, box, *_ in self.page.get_bboxlog()]

    @cached_property
    def _pictures(self) -> list[Rect]:
        return [box for kind, box in self._log if kind in _PICTURES]

    @cached_property
    def _is_scan(self) -> bool:
        width, height = self._size
        return sum(map(_area, self._pictures)) >= _SCAN_SHARE * width * height

    @cached_property
    def _fills(self) -> list[tuple[tuple[int, int, int], Rect]]:
        """Colour and box of each filled shape that text fits into, in the order of drawing."""
        return [
            (tuple(round(255 * part) for part in path["fill"]), tuple(path["rect"]))
            for path in self.paths
            if path.get("fill") and len(path["fill"]) == 3 and _fits_text(path["rect"])
        ][-_MAX_COVERS:]

    @cached_property
    def _covers(self) -> list[tuple[int, Rect, bool]]:
        """(place in the order of drawing, box, whether it is a picture) of what is drawn over text."""
        shapes = [
            (path["seqno"], tuple(path["rect"]), False)
            for path in self.paths
            if path.get("fill") and path.get("fill_opacity", 1.0) >= 0.99 and _fits_text(path["rect"])
        ]
        pictures: list[tuple[int, Rect, bool]] = []
        if self.page.get_images() and not self._is_scan:
            pictures = [
                (number, box, True)
                for number, (kind, box) in enumerate(self._log)
                if kind == "fill-image" and _fits_text(box) and _points(box) in self._opaque
            ]
        found = sorted(shapes + pictures, key=lambda cover: -_area(cover[1]))[:_MAX_COVERS]
        if not found:
            return []
        return self._over_text({cover[0]: cover for cover in found})

    def _over_text(self, covers: dict[int, tuple[int, Rect, bool]]) -> list[tuple[int, Rect, bool]]:
        """The covers that meet text drawn before them. One walk in the order of drawing, text held by its height."""
        bands: dict[int, list[Rect]] = defaultdict(list)
        found = []
        for number, (kind, box) in enumerate(self._log):
            heights = range(max(int(box[1] // _BAND), 0), min(int(box[3] // _BAND), _MAX_BANDS) + 1)
            if kind.endswith("-text"):
                for height in heights:
                    bands[height].append(box)
            elif number in covers and any(_meet(text, box) for height in heights for text in bands.get(height, ())):
                found.append(covers[number])
        return found

    @cached_property
    def _opaque(self) -> set[tuple[int, ...]]:
        """Boxes, in whole points, of the pictures without a mask."""
        return {_points(info["bbox"]) for info in self.page.get_image_info() if not info.get("has-mask")}

    @cached_property
    def _text_order(self) -> dict[Origin, list[int]]:
        """Places in the order of drawing of the text at each origin."""
        found: dict[Origin, list[int]] = defaultdict(list)
        for piece in self.page.get_texttrace():
            for char in piece["chars"]:
                found[_key(char[2])].append(piece["seqno"])
        return found

    @cached_property
    def _later_text(self) -> list[tuple[int, Rect]]:
        return [(piece["seqno"], tuple(piece["bbox"])) for piece in self.page.get_texttrace()]

    def _is_plain(self, box: Rect, *, after: int) -> bool:
        """Whether nothing shows in a box but text that was drawn after place `after`."""
        over = [other for number, other in self._later_text if number > after and _overlap(box, other) > 0.1]
        return not any(self._has_contrast(part) for part in _without(box, over))

    def _has_contrast(self, box: Rect) -> bool:
        rows = [row for row in self._pixel_rows(box) if row]
        return any(
            max(max(row[part::3]) for row in rows) - min(min(row[part::3]) for row in rows) > _NEAR
            for part in (0, 1, 2)
            if rows
        )

    def _displayed(self, box: Rect) -> Rect:
        return tuple(pymupdf.Rect(box) * self._matrix) if self._matrix else box

    @cached_property
    def _matrix(self) -> Any:
        return self.page.rotation_matrix if self.page.rotation else None

    def _pixel_rows(self, box: Rect) -> list[bytes]:
        """The pixels in the middle part of a box, where its own letters are and its neighbours' are not."""
        x0, y0, x1, y1 = (value * self._zoom for value in self._displayed(box))
        if x1 - x0 > y1 - y0:
            y0, y1 = y0 + 0.3 * (y1 - y0), y1 - 0.25 * (y1 - y0)
        else:
            x0, x1 = x0 + 0.3 * (x1 - x0), x1 - 0.25 * (x1 - x0)
        pixels = self._pixels
        left, right = max(int(x0), 0), min(int(x1) + 1, pixels.width)
        top, bottom = max(int(y0), 0), min(int(y1) + 1, pixels.height)
        samples, stride = self._samples, pixels.stride
        return [samples[y * stride + 3 * left : y * stride + 3 * right] for y in range(top, bottom)]

    @cached_property
    def _zoom(self) -> float:
        area = self.page.rect.width * self.page.rect.height
        return min(_RENDER_ZOOM, float((_MAX_PIXELS / max(area, 1.0)) ** 0.5))

    @cached_property
    def _pixels(self) -> Any:
        return self.page.get_pixmap(
            matrix=pymupdf.Matrix(self._zoom, self._zoom), colorspace=pymupdf.csRGB, alpha=False
        )

    @cached_property
    def _samples(self) -> bytes:
        return bytes(self._pixels.samples)


def _rgb(colour: int) -> tuple[int, int, int]:
    return colour >> 16 & 255, colour >> 8 & 255, colour & 255


def _near(a: Sequence[int], b: Sequence[int]) -> bool:
    return all(abs(x - y) <= _NEAR for x, y in zip(a, b, strict=False))


def _points(box: Sequence[float]) -> tuple[int, ...]:
    return tuple(map(round, box))


def _key(origin: Sequence[float]) -> Origin:
    return round(origin[0] * 4), round(origin[1] * 4)


def _area(box: Rect) -> float:
    return max(box[2] - box[0], 0.0) * max(box[3] - box[1], 0.0)


def _fits_text(box: Sequence[float]) -> bool:
    return box[2] - box[0] >= 6 and box[3] - box[1] >= 4


def _holds(outer: Rect, inner: Rect) -> bool:
    """Whether the middle band of a text's box lies in a box, but for a point at its ends."""
    middle = (inner[1] + inner[3]) / 2
    band = 0.2 * (inner[3] - inner[1])
    return (
        outer[0] <= inner[0] + 1
        and inner[2] - 1 <= outer[2]
        and outer[1] <= middle - band
        and middle + band <= outer[3]
    )


def _without(box: Rect, others: Sequence[Rect]) -> list[Rect]:
    """The parts of a box, cut across its length, that others leave free; specks are left out."""
    start, end = (0, 2) if box[2] - box[0] >= box[3] - box[1] else (1, 3)
    parts: list[Rect] = []
    place = box[start]
    for other in sorted(others, key=lambda one: one[start]):
        parts.append(_between(box, start, place, other[start] - 1))
        place = max(place, other[end] + 1)
    parts.append(_between(box, start, place, box[end]))
    least = 0.5 * min(box[2] - box[0], box[3] - box[1])
    return [part for part in parts if part[end] - part[start] >= least]


def _between(box: Rect, axis: int, low: float, high: float) -> Rect:
    return (low, box[1], high, box[3]) if axis == 0 else (box[0], low, box[2], high)


def _meet(a: Rect, b: Rect) -> bool:
    """Whether two boxes share more than an edge."""
    return min(a[2], b[2]) - max(a[0], b[0]) > 2 and min(a[3], b[3]) - max(a[1], b[1]) > 2


def _overlap(a: Rect, b: Rect) -> float:
    """Share of b that lies in a."""
    width = min(a[2], b[2]) - max(a[0], b[0])
    height = min(a[3], b[3]) - max(a[1], b[1])
    return width * height / max(_area(b), 0.01) if width > 0 and height > 0 else 0.0
