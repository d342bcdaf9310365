"""Whether a browser would show a text: inline styles, simple rules of style sheets, colours, attributes.

Only what the file itself says is looked at. Of style sheets, rules for a tag, a class or an id are: what depends on the
elements around, on the medium or on the pointer is most often switched by scripts.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from docqa.core.models import Hidden

_MAX_RULES = 20_000
_MAX_VALUE = 200
_MAX_SHEET_CHARS = 1_000_000
_BRACE = re.compile(r"[{}]")
_SIMPLE = re.compile(r"([a-z][\w-]*)?([.#][\w-]+)?", re.I)
_LENGTH = re.compile(r"(-?\d*\.?\d+)\s*(px|pt|em|rem|%|cm|mm|in|ex|ch|vw|vh)?")
_UNITS = {"px": 1.0, "pt": 4 / 3, "em": 16.0, "rem": 16.0, "cm": 37.8, "mm": 3.78, "in": 96.0, "ex": 8.0, "ch": 8.0}
_TINY_PX = 2.5
_OFF_PX = -400.0
_NEAR = 24
"""Largest difference of any of red, green and blue at which a text cannot be told from what is behind it."""
_MAY_END = (None, Hidden.WHITE, Hidden.TINY)
"""An element inside may have a colour or size of its own."""
_WHITE = (255, 255, 255)
_TRANSPARENT = "transparent"
_COLOURS = {
    "white": _WHITE,
    "black": (0, 0, 0),
    "red": (255, 0, 0),
    "green": (0, 128, 0),
    "lime": (0, 255, 0),
    "blue": (0, 0, 255),
    "yellow": (255, 255, 0),
    "gray": (128, 128, 128),
    "grey": (128, 128, 128),
    "silver": (192, 192, 192),
    "navy": (0, 0, 128),
    "maroon": (128, 0, 0),
    "purple": (128, 0, 128),
    "teal": (0, 128, 128),
    "orange": (255, 165, 0),
    "whitesmoke": (245, 245, 245),
    "snow": (255, 250, 250),
    "ivory": (255, 255, 240),
    "lightgray": (211, 211, 211),
    "lightgrey": (211, 211, 211),
    "darkgray": (169, 169, 169),
}

Colour = tuple[int, int, int]
Style = Mapping[str, str]


@dataclass(frozen=True)
class Look:
    """How text in an element looks. `background` None: a picture or something that is not understood."""

    hidden: Hidden | None = None
    colour: Colour | None = None
    background: Colour | None = _WHITE
    font_px: float = 16.0


PLAIN = Look()


class Sheet:
    """The rules of a page's own style sheets that can be told to hold for an element."""

    def __init__(self, texts: list[str]) -> None:
        self._rules: dict[str, dict[str, str]] = {}
        for text in texts:
            for selectors, body in _rules(_without_comments(text[:_MAX_SHEET_CHARS])):
                style = declarations(body)
                for selector in selectors.split(",") if style else ():
                    self._add(selector.strip(), style)

    def has_tag(self, tag: str) -> bool:
        """Whether a rule names the element itself."""
        return tag in self._rules

    def _add(self, selector: str, style: Style) -> None:
        if len(self._rules) < _MAX_RULES and selector and _SIMPLE.fullmatch(selector):
            self._rules.setdefault(selector.lower(), {}).update(style)

    def style_of(self, element: Any) -> Style:
        """What the rules and the `style` attribute say of an element, the more exact selector winning."""
        inline = element.get("style")
        own = declarations(inline) if inline else {}
        if not self._rules:
            return own
        found: dict[str, str] = {}
        tag, name = element.tag, (element.get("id") or "").lower()
        classes = [one.lower() for one in (element.get("class") or "").split()[:20]]
        found.update(self._rules.get(tag, {}))
        for one in classes:
            found.update(self._rules.get(f".{one}", {}))
            found.update(self._rules.get(f"{tag}.{one}", {}))
        if name:
            found.update(self._rules.get(f"#{name}", {}))
            found.update(self._rules.get(f"{tag}#{name}", {}))
        found.update(own)
        return found


def _without_comments(text: str) -> str:
    """Without comments, and without the marks that hid style sheets from browsers of old."""
    pieces: list[str] = []
    for piece in text.replace("<!--", "").replace("-->", "").split("/*"):
        pieces.append(piece if not pieces else piece.partition("*/")[2])
    return " ".join(pieces)


def _rules(text: str) -> Iterator[tuple[str, str]]:
    """(selectors, declarations) of the rules that stand in no block of an at-rule."""
    depth, start, prelude = 0, 0, ""
    for brace in _BRACE.finditer(text):
        if brace.group() == "{":
            if depth == 0:
                prelude, start = text[start : brace.start()].rpartition(";")[2].strip(), brace.end()
            depth += 1
        elif depth:
            depth -= 1
            if depth == 0:
                if not prelude.startswith("@"):
                    yield prelude, text[start : brace.start()]
                start = brace.end()


def declarations(text: str) -> dict[str, str]:
    """Property → value of a declaration list, in lower case."""
    found = {}
    for part in text[:10_000].split(";"):
        name, colon, value = part.partition(":")
        if colon:
            found[name.strip().lower()] = value[:_MAX_VALUE].replace("!important", "").strip().lower()
    return found


def look_of(element: Any, outer: Look, sheet: Sheet) -> Look:
    """How the element's own text looks, given how the text around it does."""
    style = sheet.style_of(element)
    if not style and not element.attrib:
        return outer
    colour = _colour(style.get("color") or (element.get("color") if element.tag == "font" else None))
    background = _background(element, style, outer)
    font_px = _font_px(style, element, outer.font_px)
    look = Look(
        hidden=outer.hidden,
        colour=colour if isinstance(colour, tuple) else outer.colour,
        background=background,
        font_px=font_px,
    )
    if outer.hidden in _MAY_END:
        look = replace(look, hidden=_attribute_hides(element) or _style_hides(style, look, colour))
    return look if look != outer else outer


def _attribute_hides(element: Any) -> Hidden | None:
    if element.get("hidden") is not None and element.get("hidden") != "until-found":
        return Hidden.INVISIBLE
    if (element.get("aria-hidden") or "").lower() == "true" and _is_ornament(element):
        return Hidden.INVISIBLE
    return None


_ORNAMENT_CHARS = 200
_STRUCTURE = ("p", "h1", "h2", "h3", "h4", "h5", "h6", "li", "table", "section", "article", "main", "body")


def _is_ornament(element: Any) -> bool:
    """A page behind an open dialog is marked as hidden from readers of its structure, too, but can be seen."""
    if next(element.iter(*_STRUCTURE), None) is not None:
        return False
    size = 0
    for text in element.itertext():
        size += len(text)
        if size > _ORNAMENT_CHARS:
            return False
    return True


def _style_hides(style: Style, look: Look, colour: "Colour | str | None") -> Hidden | None:
    if style.get("display") == "none" or style.get("visibility") in ("hidden", "collapse"):
        return Hidden.INVISIBLE
    if _number(style.get("opacity")) == 0 or "scale(0)" in style.get("transform", ""):
        return Hidden.INVISIBLE
    if _collapsed(style) or _clipped(style):
        return Hidden.INVISIBLE
    if look.font_px < _TINY_PX:
        return Hidden.TINY
    if _is_off_page(style):
        return Hidden.OFF_PAGE
    if colour == _TRANSPARENT:
        return Hidden.WHITE
    if look.colour and look.background and _near(look.colour, look.background):
        return Hidden.WHITE
    return None


def _collapsed(style: Style) -> bool:
    """No room at all, and what does not fit is cut off."""
    sizes = [_px(style.get(name)) for name in ("height", "width", "max-height", "max-width")]
    cut = style.get("overflow", style.get("overflow-y", "")) in ("hidden", "clip")
    return cut and any(size is not None and size <= 1 for size in sizes)


def _clipped(style: Style) -> bool:
    """The usual ways to hide a text from all but screen readers."""
    clip, path = re.sub(r"\s", "", style.get("clip", "")), re.sub(r"\s", "", style.get("clip-path", ""))
    return clip.startswith(("rect(0", "rect(1px")) or path.startswith(("inset(50%", "inset(100%", "circle(0"))


def _is_off_page(style: Style) -> bool:
    if style.get("position") in ("absolute", "fixed", "relative"):
        for side in ("left", "top", "right", "bottom"):
            offset = _px(style.get(side))
            if offset is not None and offset <= _OFF_PX:
                return True
    return any((_px(style.get(name)) or 0) <= _OFF_PX for name in ("text-indent", "margin-left", "margin-top"))


def _font_px(style: Style, element: Any, outer: float) -> float:
    value = style.get("font-size")
    if value is None:
        found = re.search(r"(?:^|\s)(-?[\d.]+(?:px|pt|em|rem|%))(?:/|\s)", style.get("font", ""))
        value = found.group(1) if found else None
    if value is None:
        return outer
    match = _LENGTH.match(value)
    if not match:
        return max(outer, 10.0)  # "small", "inherit": never nothing
    number, unit = float(match.group(1)), match.group(2)
    if unit in ("em", "%", "ex", "ch"):
        return number * outer / (100.0 if unit == "%" else 1.0)
    return number * _UNITS.get(unit or "px", 16.0)


def _background(element: Any, style: Style, outer: Look) -> Colour | None:
    if "url(" in style.get("background", "") or "gradient" in style.get("background", ""):
        return None
    if style.get("background-image", "none") != "none" or element.get("background"):
        return None
    value = style.get("background-color") or style.get("background") or element.get("bgcolor")
    if value is None:
        return outer.background
    colour = _colour(value.split()[0] if "(" not in value and value.strip() else value)
    if isinstance(colour, tuple):
        return colour
    return outer.background if colour == _TRANSPARENT or value in ("none", "inherit", "initial") else None


def _colour(value: str | None) -> "Colour | str | None":
    """Red, green and blue; "transparent"; None for what is not understood."""
    value = (value or "").strip().lower()
    if value in _COLOURS:
        return _COLOURS[value]
    if value == _TRANSPARENT:
        return _TRANSPARENT
    if re.fullmatch(r"#?[0-9a-f]{3,4}|#?[0-9a-f]{6}|#?[0-9a-f]{8}", value):
        digits = value.lstrip("#")
        digits = "".join(digit * 2 for digit in digits) if len(digits) < 6 else digits
        if digits[6:] == "00":
            return _TRANSPARENT
        return int(digits[:2], 16), int(digits[2:4], 16), int(digits[4:6], 16)
    if value.startswith("rgb"):
        numbers = [float(number) for number in re.findall(r"\d+\.?\d*", value)]
        if len(numbers) > 3 and numbers[3] == 0:
            return _TRANSPARENT
        if len(numbers) >= 3:
            return tuple(min(int(number), 255) for number in numbers[:3])  # type: ignore[return-value]
    return None


def _near(one: Colour, other: Colour) -> bool:
    return max(abs(a - b) for a, b in zip(one, other, strict=True)) <= _NEAR


def _px(value: str | None) -> float | None:
    match = _LENGTH.fullmatch(value) if value else None
    if not match:
        return None
    return float(match.group(1)) * _UNITS.get(match.group(2) or "px", 16.0)


def _number(value: str | None) -> float | None:
    match = _LENGTH.fullmatch(value) if value else None
    return float(match.group(1)) if match else None
