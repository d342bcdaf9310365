"""Lines of text on a PDF page as MuPDF finds them, with their place on the displayed page and in reading direction."""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby
from typing import Any

import pymupdf

from docqa.core.models import Block, DocumentWarning, Hidden
from docqa.parsing.pdf.hidden import mark_hidden
from docqa.parsing.pdf.rtl import in_logical_order, is_rtl
from docqa.parsing.tables import Cell

Rect = tuple[float, float, float, float]

_FLAGS = pymupdf.TEXT_PRESERVE_WHITESPACE | pymupdf.TEXT_PRESERVE_LIGATURES
_MARGIN, _DEEP_MARGIN = 0.12, 0.28  # shares of the page height
_ROW_TOLERANCE = 3.0
_MAX_LINES = 20_000
_MAX_LINE_CHARS = 20_000
_BOLD_FLAG, _ITALIC_FLAG = 1 << 4, 1 << 1
_BOLD_NAME = re.compile(r"bold|black|heavy|semibold|demi(?!r)|[-,]bd\b", re.IGNORECASE)
# MuPDF takes Arabic ligatures apart in the wrong order; kept whole, Unicode takes them apart in the right one.
_COMPATIBILITY = re.compile("[\ufb00-\ufb06\ufb13-\ufb17\ufb1d-\ufb4f\ufb50-\ufdff\ufe70-\ufefc]+")
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff\ud800-\udfff]+")
_WIDE_SPACE = re.compile(r"(?<=\S)(?: {3,}|\t|\u00a0{3,})(?=\S)")
_LEADER = re.compile(r"\s*(?:\.\s?){5,}")  # dots that lead the eye to a page number
_ANY_SPACE = re.compile(r"(?<=\S)\s+(?=\S)")
_AMOUNT = re.compile(r"[-(+]?[$\u20ac\u00a3\u00a5]?\(?\d[\d.,]*\)?[%x]?\)?|[-\u2013\u2014$\u20ac\u00a3\u00a5]|n/a|N/A")


@dataclass(frozen=True, slots=True)
class Line:
    """A run of text on one base line.

    `box` is on the displayed page, in points from its top left. `x0, y0, x1, y1` are the same turned so that the text
    runs from left to right and downwards. `turn` is the direction of the text: 0, 90, 180, 270, or -1 for slanted text.
    `cells` is set on a line that stands for a ruled table. `confidence` (0 to 1) is set on what OCR has read.
    `links` are (start, end, url) in `text`.
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
    cells: tuple[tuple[Cell, ...], ...] | None = None
    confidence: float | None = None
    italic: bool = False
    font: str = ""
    hidden: Hidden | None = None
    links: tuple[tuple[int, int, str], ...] = ()


@dataclass(frozen=True)
class PageText:
    """One page: its number from 1, its displayed width and height in points, its lines in the order of the file.

    `hidden` are lines that do not show, `notes` annotations; neither takes part in the layout. `targets` are the page's
    links: box and address.
    """

    number: int
    width: float
    height: float
    lines: tuple[Line, ...]
    hidden: tuple[Line, ...] = ()
    notes: tuple[Block, ...] = ()
    warnings: tuple[DocumentWarning, ...] = ()
    targets: tuple[tuple[Rect, str], ...] = ()

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


def read_lines(page: Any, paths: Sequence[dict[str, Any]] | None = None) -> list[Line]:
    """The lines of a pymupdf page, hidden ones marked; what is printed twice at one place (imitated bold) comes once.

    `paths`: the page's drawings, if they are at hand; without them text in the colour of a shape is not noticed.
    """
    matrix = page.rotation_matrix if page.rotation else None
    seen: set[tuple[str, int, int]] = set()
    found: list[Line] = []
    rect = page.rect
    raw_lines = list(_raw_lines(page))
    mark_hidden(page, [span for raw in raw_lines for span in raw["spans"]], paths or ())
    for raw in raw_lines:
        for hidden, spans in groupby(raw["spans"], key=lambda span: span.get("hidden")):
            line = _line(list(spans), raw["dir"], matrix, rect, hidden)
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
    """MuPDF's lines, also those off the page; from single letters where scripts run RTL or cells stand close."""
    textpage = page.get_textpage(clip=pymupdf.INFINITE_RECT(), flags=_FLAGS)
    lines = [line for block in textpage.extractDICT()["blocks"] for line in block.get("lines", ())]
    if not any(_needs_letters(line) for line in lines):
        yield from lines
        return
    for block in textpage.extractRAWDICT()["blocks"]:
        for line in block.get("lines", ()):
            yield from _parted(in_logical_order(line))


def _needs_letters(line: dict[str, Any]) -> bool:
    texts = [span["text"] for span in line["spans"]]
    if any(_WIDE_SPACE.search(text) or (not text.isascii() and is_rtl(text)) for text in texts):
        return True
    return _is_row_of_amounts("".join(texts))


def is_amount(text: str) -> bool:
    """Whether a text is a figure, or several."""
    return all(_AMOUNT.fullmatch(word) for word in text.split())


def _is_row_of_amounts(text: str) -> bool:
    """Nothing but amounts, several: cells set so close that MuPDF takes them for one line."""
    return sum(any(char.isdigit() for char in word) for word in text.split()) >= 2 and is_amount(text)


def _parted(line: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The line cut where spaces are set in a row to line up columns, and between amounts if it holds nothing else."""
    amounts = _is_row_of_amounts("".join(span["text"] for span in line["spans"]))
    gap = _ANY_SPACE if amounts else _WIDE_SPACE
    pieces: list[list[dict[str, Any]]] = [[]]
    for span in line["spans"]:
        cuts = [match.start() for match in gap.finditer(span["text"])]
        if amounts and pieces[-1] and (span["text"][:1].isspace() or pieces[-1][-1]["text"][-1:].isspace()):
            pieces.append([])
        for start, end in zip([0, *cuts], [*cuts, len(span["text"])], strict=True):
            if start:
                pieces.append([])
            chars = span["chars"][start:end]
            if chars:
                pieces[-1].append({**span, "chars": chars, "text": span["text"][start:end], "bbox": _ink(chars)})
    for spans in filter(None, pieces):
        yield {**line, "spans": spans}


def _ink(chars: Sequence[dict[str, Any]]) -> Rect:
    """The box around the characters that are no spaces (around all if there are none)."""
    boxes = [char["bbox"] for char in chars if not char["c"].isspace()] or [char["bbox"] for char in chars]
    return min(b[0] for b in boxes), min(b[1] for b in boxes), max(b[2] for b in boxes), max(b[3] for b in boxes)


def _line(
    spans: list[dict[str, Any]], direction: tuple[float, float], matrix: Any, rect: Any, hidden: Hidden | None
) -> Line | None:
    text = clean("".join(span["text"] for span in spans))[:_MAX_LINE_CHARS]
    if not text:
        return None
    box = _box(spans)
    if matrix is not None:
        box = tuple(pymupdf.Rect(box) * matrix)
        origin = pymupdf.Point(0, 0) * matrix
        direction = tuple(pymupdf.Point(direction) * matrix - origin)
    if hidden is not Hidden.OFF_PAGE:
        box = (max(box[0], 0.0), max(box[1], 0.0), min(box[2], rect.width), min(box[3], rect.height))
    if box[2] <= box[0] or box[3] <= box[1]:
        return None
    turn = _turn(direction)
    return Line(
        text,
        box,
        *_upright(box, turn),
        _size(spans),
        _share(spans, _is_bold) >= 0.9,
        turn,
        is_rtl(text),
        italic=_share(spans, _is_italic) >= 0.9,
        font=spans[0]["font"],
        hidden=hidden,
    )


def _box(spans: Sequence[dict[str, Any]]) -> Rect:
    """Around the spans that hold more than spaces."""
    boxes = [span["bbox"] for span in spans if not span["text"].isspace()]
    return min(b[0] for b in boxes), min(b[1] for b in boxes), max(b[2] for b in boxes), max(b[3] for b in boxes)


def clean(text: str) -> str:
    """Text without control characters, ligatures taken apart, white space and leaders squeezed.

    A soft hyphen at the end stays.
    """
    if not text.isascii():
        text = _COMPATIBILITY.sub(lambda match: unicodedata.normalize("NFKC", match.group()), text)
        if "\u00ad" in text:
            body = text.rstrip()
            text = body[:-1].replace("\u00ad", "") + body[-1:]
    text = " ".join(_CONTROL.sub(" ", text).split())
    return _LEADER.sub(" \u2026 ", text).strip() if ".." in text or ". ." in text else text


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


def _is_bold(span: dict[str, Any]) -> bool:
    return bool(span["flags"] & _BOLD_FLAG or _BOLD_NAME.search(span["font"]))


def _is_italic(span: dict[str, Any]) -> bool:
    return bool(span["flags"] & _ITALIC_FLAG)


def _share(spans: list[dict[str, Any]], holds: Any) -> float:
    """Share of the characters that stand in spans for which `holds`."""
    total = sum(len(span["text"].strip()) for span in spans)
    return sum(len(span["text"].strip()) for span in spans if holds(span)) / total if total else 0.0
