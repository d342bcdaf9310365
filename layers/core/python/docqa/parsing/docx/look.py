"""How runs look, as far as it decides whether a reader sees them."""

from dataclasses import dataclass
from typing import Any

from docqa.core.models import Hidden
from docqa.parsing.docx.names import is_on, number, value, w
from docqa.parsing.office.names import alike

_VANISH, _BOLD, _COLOUR, _SIZE = w("vanish"), w("b"), w("color"), w("sz")
_SHADE, _HIGHLIGHT, _STYLE, _FONTS, _RAISED = w("shd"), w("highlight"), w("rStyle"), w("rFonts"), w("vertAlign")
_FILL, _PATTERN_COLOUR, _ASCII = w("fill"), w("color"), w("ascii")
_TINY = 4  # half points
_HIGHLIGHTS = {
    "white": "FFFFFF", "black": "000000", "yellow": "FFFF00", "green": "00FF00", "cyan": "00FFFF", "magenta": "FF00FF",
    "blue": "0000FF", "red": "FF0000", "darkBlue": "000080", "darkCyan": "008080", "darkGreen": "008000",
    "darkMagenta": "800080", "darkRed": "800000", "darkYellow": "808000", "darkGray": "808080", "lightGray": "C0C0C0",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Look:
    """Character formatting; None where nothing is said. Colours as "RRGGBB", `size` in half points."""

    vanish: bool | None = None
    bold: bool | None = None
    colour: str | None = None
    size: int | None = None
    shade: str | None = None
    style: str | None = None
    font: str | None = None
    raised: str | None = None

    def over(self, base: "Look") -> "Look":
        """This formatting where it says something, else that of the base."""
        if base is PLAIN:
            return self
        if self is PLAIN:
            return base
        return Look(
            base.vanish if self.vanish is None else self.vanish,
            base.bold if self.bold is None else self.bold,
            self.colour or base.colour,
            base.size if self.size is None else self.size,
            self.shade or base.shade,
            self.style or base.style,
            self.font or base.font,
            self.raised or base.raised,
        )

    def hidden(self, background: str | None) -> Hidden | None:
        """Why text of this look does not show on a background; None: it does, or that cannot be told."""
        if self.vanish:
            return Hidden.INVISIBLE
        if self.size is not None and self.size <= _TINY:
            return Hidden.TINY
        under = self.shade or background
        if self.colour and under and alike(self.colour, under):
            return Hidden.WHITE
        return None


PLAIN = Look()


def read_look(properties: Any) -> Look:
    """The formatting in a w:rPr."""
    if properties is None or not len(properties):
        return PLAIN
    vanish = bold = colour = size = shade = style = font = raised = None
    for element in properties:
        tag = element.tag
        if tag == _COLOUR:
            colour = _hex(value(element))
        elif tag == _SIZE:
            size = number(element)
        elif tag == _BOLD:
            bold = is_on(element)
        elif tag == _VANISH:
            vanish = is_on(element)
        elif tag == _SHADE:
            shade = shade or fill(element)
        elif tag == _HIGHLIGHT:
            shade = _HIGHLIGHTS.get(value(element))
        elif tag == _STYLE:
            style = value(element)
        elif tag == _FONTS:
            font = element.get(_ASCII)
        elif tag == _RAISED:
            raised = value(element)
    return Look(vanish, bold, colour, size, shade, style, font, raised)


def fill(shading: Any) -> str | None:
    """The colour of a w:shd; None: transparent."""
    if shading is None:
        return None
    solid = value(shading) == "solid"
    return _hex(shading.get(_PATTERN_COLOUR if solid else _FILL, ""))


def _hex(text: str) -> str | None:
    text = text.strip().lstrip("#").upper()
    return text if len(text) == 6 and all(char in "0123456789ABCDEF" for char in text) else None
