"""Lines of text on a PDF page as MuPDF finds them, with their place on the displayed page and in reading direction."""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import pymupdf

Rect = tuple[float, float, float, float]

_FLAGS = pymupdf.TEXT_PRESERVE_WHITESPACE | pymupdf.TEXT_PRESERVE_LIGATURES | pymupdf.TEXT_MEDIABOX_CLIP
_MARGIN, _DEEP_MARGIN = 0.12, 0.28  # shares of the page height
_ROW_TOLERANCE = 3.0
_MAX_LINES = 20_000
_MAX_LINE_CHARS = 20_000
_BOLD_FLAG = 1 << 4
_BOLD_NAME = re.compile(r"bold|black|heavy|semibold|demi(?!r)|[-,]bd\b", re.IGNORECASE)
# MuPDF takes Arabic ligatures apart in the wrong order; kept whole, Unicode takes them apart in the right one.
_COMPATIBILITY = re.compile("[\ufb00-\ufb06\ufb13-\ufb17\ufb1d-\ufb4f\ufb50-\ufdff\ufe70-\ufefc]+")
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff\ud800-\udfff\ufeff\u200b]+")
_ARABIC = re.compile("[\u0627\u0623\u0625\u0622]")
_ALEFS = frozenset("\u0627\u0623\u0625\u0622")
_RTL = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]")


@dataclass(frozen=True, slots=True)
class Line:
    """A run of text on one base line.

    `box` is on the displayed page, in points from its top left. `x0, y0, x1, y1` are the same turned so that the text
    runs from left to right and downwards. `turn` is the direction of the text: 0, 90, 180, 270, or -1 for slanted text.
    `cells` is set on a line that stands for a ruled table. `confidence` (0 to 1) is set on what OCR has read.
    """

    text: str
    box: Rect
    x0: float
    y0: float
    x1: float
    y1: float
    size: float
    bold: bool
    turn: int = 0
    rtl: bool = False
    cells: tuple[tuple[str, ...], ...] | None = None
    confidence: float | None = None


@dataclass(frozen=True)
class PageText:
    """One page: its number from 1, its displayed width and height in points, its lines in the order of the file."""

    number: int
    width: float
    height: float
    lines: tuple[Line, ...]

    @cached_property
    def top_margin(self) -> float:
        """y above which running heads stand: an eighth of the page, or its first two rows if they stand lower."""
        return min(max([self.height * _MARGIN, *map(_middle, self.rows[:2])]), self.height * _DEEP_MARGIN)

    @cached_property
    def bottom_margin(self) -> float:
        """y below which running feet stand."""
        return max(min([self.height * (1 - _MARGIN), *map(_middle, self.rows[-2:])]), self.height * (1 - _DEEP_MARGIN))

    @cached_property
    def rows(self) -> list[list[Line]]:
        """Lines with the same middle, from the top, whatever column they stand in."""
        found: list[list[Line]] = []
        for line in sorted(self.lines, key=lambda item: item.box[1] + item.box[3]):
            if found and (line.box[1] + line.box[3]) / 2 - _middle(found[-1]) <= _ROW_TOLERANCE:
                found[-1].append(line)
            else:
                found.append([line])
        return found


def _middle(row: list[Line]) -> float:
    return (row[0].box[1] + row[0].box[3]) / 2


def read_lines(page: Any) -> list[Line]:
    """The lines of a pymupdf page; what is printed twice at one place (imitated bold type) comes once."""
    matrix = page.rotation_matrix if page.rotation else None
    seen: set[tuple[str, int, int]] = set()
    found: list[Line] = []
    rect = page.rect
    for raw in _raw_lines(page):
        line = _line(raw, matrix, rect)
        if line is None:
            continue
        key = (line.text, round(line.box[0] / 2), round(line.box[1] / 2))
        if key not in seen:
            seen.add(key)
            found.append(line)
        if len(found) >= _MAX_LINES:
            break
    return found


def _raw_lines(page: Any) -> Iterator[dict[str, Any]]:
    lines = [line for block in page.get_text("dict", flags=_FLAGS)["blocks"] for line in block.get("lines", ())]
    if any(_ARABIC.search(span["text"]) for line in lines for span in line["spans"]):
        blocks = page.get_text("rawdict", flags=_FLAGS)["blocks"]
        lines = [_with_ligatures_mended(line) for block in blocks for line in block.get("lines", ())]
    yield from lines


def _with_ligatures_mended(line: dict[str, Any]) -> dict[str, Any]:
    """A lam-alef ligature that a font maps to two letters comes out turned round: the alef, without a width, first."""
    for span in line["spans"]:
        chars = span["chars"]
        for i in range(len(chars) - 1):
            narrow = chars[i]["bbox"][2] - chars[i]["bbox"][0] < 0.01
            if narrow and chars[i]["c"] in _ALEFS and chars[i + 1]["c"] == "\u0644":
                chars[i], chars[i + 1] = chars[i + 1], chars[i]
        span["text"] = "".join(char["c"] for char in chars)
    return line


def _line(raw: dict[str, Any], matrix: Any, rect: Any) -> Line | None:
    spans = raw["spans"]
    text = clean("".join(span["text"] for span in spans))[:_MAX_LINE_CHARS]
    if not text:
        return None
    box, direction = raw["bbox"], raw["dir"]
    if matrix is not None:
        box = tuple(pymupdf.Rect(box) * matrix)
        origin = pymupdf.Point(0, 0) * matrix
        direction = tuple(pymupdf.Point(direction) * matrix - origin)
    box = (max(box[0], 0.0), max(box[1], 0.0), min(box[2], rect.width), min(box[3], rect.height))
    if box[2] <= box[0] or box[3] <= box[1]:
        return None
    turn = _turn(direction)
    return Line(text, box, *_upright(box, turn), _size(spans), _bold(spans), turn, _is_rtl(text))


def clean(text: str) -> str:
    """Text without control characters, ligatures taken apart, white space squeezed. A soft hyphen at the end stays."""
    if not text.isascii():
        text = _COMPATIBILITY.sub(lambda match: unicodedata.normalize("NFKC", match.group()), text)
    return " ".join(_CONTROL.sub(" ", text).split())


def _is_rtl(text: str) -> bool:
    return not text.isascii() and len(_RTL.findall(text)) * 2 > sum(char.isalpha() for char in text)


def _turn(direction: Iterable[float]) -> int:
    x, y = direction
    if abs(y) < 0.05:
        return 0 if x > 0 else 180
    if abs(x) < 0.05:
        return 270 if y < 0 else 90
    return -1


def _upright(box: Rect, turn: int) -> Rect:
    x0, y0, x1, y1 = box
    if turn == 90:  # text runs downwards
        return y0, -x1, y1, -x0
    if turn == 270:  # text runs upwards
        return -y1, x0, -y0, x1
    if turn == 180:
        return -x1, -y1, -x0, -y0
    return box


def _size(spans: list[dict[str, Any]]) -> float:
    sizes: Counter[float] = Counter()
    for span in spans:
        sizes[round(span["size"], 1)] += len(span["text"].strip())
    return sizes.most_common(1)[0][0]


def _bold(spans: list[dict[str, Any]]) -> bool:
    total = sum(len(span["text"].strip()) for span in spans)
    bold = sum(
        len(span["text"].strip()) for span in spans if span["flags"] & _BOLD_FLAG or _BOLD_NAME.search(span["font"])
    )
    return bold * 10 >= total * 9 > 0
