"""The place that a question points to, and what a follow-up leaves unsaid."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from docqa.core.models import Turn

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


_LEANS = re.compile(
    r"^\W*(?:and|but|or|also|then|so|what about|how about|und|aber|auch|was ist mit|et|mais|y|pero)\b"
    r"|\b(?:it|its|they|them|their|he|him|his|she|her|this|that|these|those|there|one|ones|same|former|latter|such"
    r"|es|sie|er|ihn|ihm|ihr|ihre|dies|diese|dieser|dieses|dort|dessen|deren|il|elle|ils|elles|cela|ceci)\b",
    re.IGNORECASE,
)
_OPENING = re.compile(
    r"^\W*(?:and|but|or|also|then|so|what about|how about|und|aber|auch|was ist mit|et|mais|y|pero)\b[\s,]*",
    re.IGNORECASE,
)
_FEW_WORDS = 5
_JOINT = " — "
_YEAR = re.compile(r"\b(?:1[5-9]|20)\d\d\b")
_PREPOSITION = re.compile(r"^(?:in|for|on|at|of|from|by|during|im|für|am|von|en|pour|de)\s+", re.IGNORECASE)


def follow_up(question: str, turns: Sequence[Turn]) -> str:
    """The question with the one before it, when it leans on that: it is short, or points with a pronoun.

    A year takes the place of the other year ("and in 2021?"); anything else is put behind the earlier question, so that
    a search finds what both are about.
    """
    alone = ""
    for said in [*(turn.question for turn in turns), question]:
        alone = _after(said, alone)
    return alone


def _after(question: str, earlier: str) -> str:
    if not earlier or not (_LEANS.search(question) or len(question.split()) <= _FEW_WORDS):
        return question
    before = earlier.split(_JOINT)[0].rstrip(" ?？.!")
    rest = _OPENING.sub("", question)
    bare = _PREPOSITION.sub("", rest).strip(" ?？.!")
    if _YEAR.fullmatch(bare) and len(_YEAR.findall(before)) == 1:
        return _YEAR.sub(bare, before) + "?"
    return f"{before}{_JOINT}{rest}"
