"""The styles of a workbook's cells, as far as they decide what a person sees."""

from dataclasses import dataclass
from typing import Any

from docqa.core.models import Hidden
from docqa.parsing.xlsx.formats import BUILT_IN, Formatter, formatter, general, hides

_TINY_POINTS = 2.0
_WHITE_INDEX = ("1", "9")
_FORMATS = 4_096


@dataclass(frozen=True)
class Style:
    """`shown` turns a number into text. `hidden`: why such a cell does not show. `bold`: as headers often are."""

    shown: Formatter = general
    hidden: Hidden | None = None
    bold: bool = False


def styles(root: Any, *, from_1904: bool) -> list[Style]:
    """The cell formats in order (ECMA-376 part 1, 18.8.10); none where the part is missing."""
    if root is None:
        return []
    codes = {
        element.get("numFmtId", ""): element.get("formatCode", "") for element in root.iterfind("{*}numFmts/{*}numFmt")
    }
    fonts = [(_font_hides(font), font.find("{*}b") is not None) for font in root.iterfind("{*}fonts/{*}font")]
    filled = [_is_filled(fill) for fill in root.iterfind("{*}fills/{*}fill")]
    found: list[Style] = []
    for element in root.iterfind("{*}cellXfs/{*}xf"):
        number = element.get("numFmtId", "0")
        code = codes.get(number) or BUILT_IN.get(int(number) if number.isdecimal() else 0, "General")
        hidden, bold = _at(fonts, element.get("fontId"), (None, False))
        if hidden is Hidden.WHITE and _at(filled, element.get("fillId"), False):
            hidden = None
        if hides(code):
            hidden, code = Hidden.INVISIBLE, "General"
        found.append(Style(formatter(code, from_1904=from_1904), hidden, bold))
        if len(found) > 16 * _FORMATS:  # Excel's own limit
            break
    return found


def _font_hides(font: Any) -> Hidden | None:
    size, colour = font.find("{*}sz"), font.find("{*}color")
    try:
        if size is not None and float(size.get("val", "11")) < _TINY_POINTS:
            return Hidden.TINY
    except ValueError:
        pass
    if colour is None:
        return None
    white = colour.get("rgb", "").upper().endswith("FFFFFF") or colour.get("indexed") in _WHITE_INDEX
    white |= colour.get("theme") == "0" and not colour.get("tint")
    return Hidden.WHITE if white else None


def _is_filled(fill: Any) -> bool:
    """Whether a cell's background is anything but the white of the sheet."""
    pattern = fill.find("{*}patternFill")
    if pattern is None:
        return fill.find("{*}gradientFill") is not None
    if pattern.get("patternType", "none") == "none":
        return False
    colour = pattern.find("{*}fgColor")
    if colour is None:
        return True
    plain = colour.get("theme") == "0" and not colour.get("tint")
    return not (plain or colour.get("rgb", "").upper().endswith("FFFFFF") or colour.get("indexed") in _WHITE_INDEX)


def _at(items: list[Any], index: str | None, default: Any) -> Any:
    place = int(index) if index and index.isdecimal() else -1
    return items[place] if 0 <= place < len(items) else default
