"""Items of lists, numbered as a reader sees them."""

import re
from dataclasses import dataclass
from typing import Any

_ROMAN = ((1000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc"), (50, "l"), (40, "xl"), (10, "x"),
          (9, "ix"), (5, "v"), (4, "iv"), (1, "i"))  # fmt: skip
_MOST_ROMAN = 3999
_INTEGER = re.compile(r"\s*([+-]?\d{1,9})")


@dataclass
class Numbering:
    """Where an ordered list stands."""

    style: str = "1"
    next: int = 1
    step: int = 1

    @classmethod
    def of(cls, element: Any) -> "Numbering":
        """From the attributes of an `ol` element."""
        backwards = element.get("reversed") is not None
        first = integer(element.get("start"))
        if first is None:
            first = sum(1 for _ in element.iterchildren("li")) if backwards else 1
        return cls(style=element.get("type") or "1", next=first, step=-1 if backwards else 1)

    def marker(self, value: str | None) -> str:
        """The mark of the next item; `value` is what the item itself says."""
        number = integer(value)
        number = self.next if number is None else number
        self.next = number + self.step
        return f"{_numeral(number, self.style)}. "


@dataclass
class Item:
    """A list item; its mark goes before the first text in it."""

    marker: str = ""
    used: bool = False
    is_term: bool = False

    @classmethod
    def of(cls, element: Any, numbering: Numbering | None) -> "Item":
        """From an `li` element and the numbered list it is in."""
        return cls(marker=numbering.marker(element.get("value")) if numbering else "")


def integer(text: str | None) -> int | None:
    """The number that an attribute begins with."""
    found = _INTEGER.match(text) if text else None
    return int(found.group(1)) if found else None


def _numeral(number: int, style: str) -> str:
    if style in ("a", "A") and number > 0:
        letters = ""
        while number:
            number, rest = divmod(number - 1, 26)
            letters = chr(ord(style) + rest) + letters
        return letters
    if style in ("i", "I") and 0 < number <= _MOST_ROMAN:
        numeral = ""
        for value, sign in _ROMAN:
            count, number = divmod(number, value)
            numeral += sign * count
        return numeral.upper() if style == "I" else numeral
    return str(number)
