"""Which pages of a PDF have to be read as pictures: scans, outlined type, text layers that are garbage.

A page that says what it says in text is never one of them. The look at a page takes one pass of text extraction (1 to
3 ms); only a page with little or doubtful text is looked at twice.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import Any

import pymupdf

_FLAGS = pymupdf.TEXT_PRESERVE_LIGATURES | pymupdf.TEXT_PRESERVE_WHITESPACE | pymupdf.TEXT_MEDIABOX_CLIP
_ENOUGH_CHARS = 150
"""A page with more is read as text: a stamp, a Bates number and a running head together are shorter."""
_FEW_CHARS = 20
_MAX_PROGRAM_BYTES = 512 * 1024
"""A scan draws one picture, in less than 1 KB; a dense page of text takes 10 to 50."""
_PICTURE_SHARE, _LONE_PICTURE_SHARE = 0.5, 0.04
_OUTLINES = 60
_MAX_GLYPH_PT = 40.0
_BAD_SHARE = 0.3
_MIN_LETTERS = 100
_VOWEL_SHARE = (0.2, 0.75)  # of Latin letters; languages lie between 0.34 and 0.52
_SYMBOL_SHARE = 0.2
_VOWELS = frozenset("aeiouy\u00e4\u00f6\u00fc\u00e1\u00e9\u00ed\u00f3\u00fa\u00e0\u00e8\u00ec\u00f2\u00f9\u00e2\u00ea")
_LATIN = re.compile("[a-z\u00df-\u024f]")
_TEXT_MARKS = frozenset(".,;:!?'\"()-\u2013\u2014/%&\u2019\u201c\u201d\u2022\u00b7")


class Reason(StrEnum):
    """Why a page is read as a picture."""

    PICTURE = "picture"
    OUTLINES = "outlines"
    GARBAGE = "garbage"


@dataclass(frozen=True, slots=True)
class Drawn:
    """What a page draws: the share of it under pictures, outlines the size of letters, text that nobody sees.

    Such is the text layer of a searchable scan: not painted, or painted before the picture.
    """

    picture_share: float
    outlines: int
    unseen_text: bool


def page_needs_ocr(page: Any) -> Reason | None:
    """Why the text of a pymupdf page must be read from its picture, or None if its text layer says it.

    A scan with a text layer of decent length and quality is not read again. A page with a long drawing program is no
    scan, and is not looked at, which could take minutes.
    """
    if _program_bytes(page) > _MAX_PROGRAM_BYTES:
        return None
    chars = Counter("".join(page.get_text("text", flags=_FLAGS).split()))
    if unreadable(chars) or (_improbable(chars) and _has_unmapped_font(page)):
        return Reason.GARBAGE
    amount, doubtful = chars.total(), _symbols(chars) > _SYMBOL_SHARE
    if amount >= _ENOUGH_CHARS and not doubtful:
        return None
    drawn = drawn_on(page)
    if amount >= _ENOUGH_CHARS:
        return Reason.GARBAGE if drawn.unseen_text and drawn.picture_share >= _PICTURE_SHARE else None
    if drawn.picture_share >= (_PICTURE_SHARE if amount else _LONE_PICTURE_SHARE):
        return Reason.PICTURE
    return Reason.OUTLINES if amount < _FEW_CHARS and drawn.outlines >= _OUTLINES else None


def _program_bytes(page: Any) -> int:
    """Length of the page's content streams as they lie in the file, compressed."""
    document = page.parent
    lengths = (document.xref_get_key(xref, "Length") for xref in page.get_contents())
    return sum(int(value) for kind, value in lengths if kind == "int")


def drawn_on(page: Any) -> Drawn:
    """A pass over the page's drawing operations; no picture is decoded."""
    width, height = (page.rect.height, page.rect.width) if page.rotation in (90, 270) else page.rect[2:]
    pictures, outlines, written, unseen = 0.0, 0, False, False
    for kind, (x0, y0, x1, y1) in page.get_bboxlog():
        across, down = min(x1, width) - max(x0, 0.0), min(y1, height) - max(y0, 0.0)
        if across <= 0 or down <= 0:
            continue
        if kind in ("fill-image", "fill-imgmask"):
            pictures += across * down
            unseen = unseen or (written and across * down >= _PICTURE_SHARE * width * height)
        elif kind == "fill-path":
            outlines += 1.0 < down <= _MAX_GLYPH_PT and across <= width / 2
        elif kind in ("fill-text", "stroke-text"):
            written = True
        elif kind == "ignore-text":
            unseen = True
    return Drawn(min(pictures / max(width * height, 1.0), 1.0), outlines, unseen)


def unreadable(counts: Counter[str]) -> bool:
    """Whether many characters stand for nothing: replacement, private use, unassigned, control characters."""
    nothing = sum(count for char, count in counts.items() if _stands_for_nothing(char))
    return counts.total() >= _FEW_CHARS and nothing >= _BAD_SHARE * counts.total()


@lru_cache(maxsize=4096)
def _stands_for_nothing(char: str) -> bool:
    return char == "\ufffd" or unicodedata.category(char) in ("Co", "Cn", "Cc", "Cs")


def _improbable(counts: Counter[str]) -> bool:
    """Whether these Latin letters are no language: letters that stand for others have too few or too many vowels."""
    letters = {char: count for char, count in counts.items() if _LATIN.match(char.lower())}
    total = sum(letters.values())
    if total < _MIN_LETTERS or total * 2 < counts.total():
        return False
    vowels = sum(count for char, count in letters.items() if char.lower() in _VOWELS)
    return not _VOWEL_SHARE[0] <= vowels / total <= _VOWEL_SHARE[1]


def _symbols(counts: Counter[str]) -> float:
    """Share of characters that are neither letters, marks or digits nor what text is punctuated with."""
    symbols = sum(count for char, count in counts.items() if char not in _TEXT_MARKS and _is_symbol(char))
    return symbols / max(counts.total(), 1)


@lru_cache(maxsize=4096)
def _is_symbol(char: str) -> bool:
    return unicodedata.category(char)[0] not in "LMN"


def _has_unmapped_font(page: Any) -> bool:
    """Whether an embedded font says not which characters its glyphs are (no /ToUnicode, own encoding)."""
    document = page.parent
    return any(_is_unmapped(document, font) for font in page.get_fonts(full=True))


def _is_unmapped(document: Any, font: Iterable[Any]) -> bool:
    xref, extension, kind, _, _, encoding, *_ = font
    own = encoding in ("", "Identity-H", "Identity-V") or kind == "Type3"
    embedded = extension != "n/a" or kind == "Type3"
    return bool(embedded and own and document.xref_get_key(xref, "ToUnicode")[0] == "null")
