"""The place that a question points to."""

import re
from dataclasses import dataclass

_ORDINALS = "first second third fourth fifth sixth seventh eighth ninth tenth".split()
_ORDINAL = "|".join(_ORDINALS)
_SHEET = re.compile(rf"\b(?:(?:slide|page|folie|seite)\s+(\d{{1,4}})|({_ORDINAL})\s+(?:slide|page))\b", re.IGNORECASE)
_ROW = re.compile(
    rf"\b(?:row\s+(\d{{1,4}})|({_ORDINAL})\s+(?:(?:data|table)\s+)?row|zeile\s+(\d{{1,4}}))\b", re.IGNORECASE
)


@dataclass(frozen=True)
class Place:
    """Where a question says that its answer stands; both count from 1, None where it does not say."""

    page: int | None = None
    row: int | None = None


NOWHERE = Place()


def place_in(question: str) -> Place:
    """The page or slide, and the data row of a table, that a question names."""
    return Place(_number(_SHEET.search(question)), _number(_ROW.search(question)))


def without_place(question: str) -> str:
    """The question without the place that it names, whose words stand elsewhere."""
    left = _ROW.sub(" ", _SHEET.sub(" ", question))
    return left if any(character.isalnum() for character in left) else question


def _number(match: re.Match[str] | None) -> int | None:
    if match is None:
        return None
    found = next(group for group in match.groups() if group)
    return int(found) if found.isdigit() else _ORDINALS.index(found.casefold()) + 1
