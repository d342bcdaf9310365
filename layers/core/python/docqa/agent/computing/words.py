"""Texts as words that can be compared: questions, names of columns, cells."""

import re
from dataclasses import dataclass

_TOKEN = re.compile(r"[^\s,;:?!()\[\]\"\u201c\u201d\u201e_]+")


@dataclass(frozen=True)
class Token:
    """A word of a text: as it stands, without case, and where it begins and ends."""

    raw: str
    word: str
    start: int
    end: int


def tokens(text: str) -> list[Token]:
    """Without the marks around words, and without the 's of an owner; signs that are part of a name stay (C++, AB-)."""
    found: list[Token] = []
    for match in _TOKEN.finditer(text):
        raw = match[0].strip("'`\u2019\u2018").rstrip(".")
        raw = raw[:-2] if raw.endswith(("'s", "\u2019s")) else raw
        if raw:
            found.append(Token(raw, raw.casefold(), match.start(), match.end()))
    return found


def bare(text: str) -> str:
    """The words of a text without case, one space between: equal for what is the same but for its marks."""
    return " ".join(token.word for token in tokens(text))
