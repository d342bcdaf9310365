"""What a question is about: without what it says about answering, and the place that it points to.

Prompts written for a language model ("If data is not available, return 'N/A'", "according to the annual report")
bring words that stand everywhere and mean nothing here.
"""

import re
from dataclasses import dataclass

_INSTRUCTIONS = re.compile(
    r"\b(?:if|when)\s+(?:the\s+|this\s+|that\s+|no\s+)?(?:data|information|answer|value|figure|it|this)\s+"
    r"(?:is|are|was|were|can|could)\b[^.?!]*[.?!]?"
    r"|(?<=[.?!])\s*(?:please\s+)?(?:answer|return|reply|respond|give\s+me|write|output|format|state\s+only)\b[^.?!]*[.?!]?",
    re.IGNORECASE,
)
_SOURCE = re.compile(
    r"(?:,\s*)?\b(?:according\s+to|based\s+on|as\s+(?:listed|stated|given|reported|shown)\s+in|(?:listed|given)\s+in)\s+"
    r"(?:(?:the|this|that|these|your|our|my|its)\s+)?(?:[\w-]+\s+)?(?:report|document|documents|text|paper|passage|file|context)\b,?"
    r"|\blaut\s+(?:dem|der)\s+(?:bericht|dokument|text)\b,?|\bselon\s+le\s+(?:rapport|document|texte)\b,?",
    re.IGNORECASE,
)
_LONG_ASIDE = re.compile(r"\((?:[^\s()]+\s+){4,}[^\s()]+\)")
_SPACES = re.compile(r"\s+")
_SPACE_BEFORE_END = re.compile(r"\s([?.!,;])")
_LEAST_LEFT = 8
"""Letters and digits that make a question."""


def focus(question: str) -> str:
    """The question without instructions, a bare "according to the report" and asides of five words and more.

    The question itself if nothing would be left.
    """
    text = question
    for noise in (_INSTRUCTIONS, _LONG_ASIDE, _SOURCE):
        text = noise.sub(" ", text)
    text = _SPACE_BEFORE_END.sub(r"\1", _SPACES.sub(" ", text)).strip(" ,;")
    return text if sum(character.isalnum() for character in text) > _LEAST_LEFT else question


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
