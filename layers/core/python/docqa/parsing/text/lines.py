"""What a line of plain text is: a list item, a heading, a rule, a record of a log, a line of code or of a table."""

import re
from dataclasses import dataclass

_BULLET = re.compile(r"[-*+•‣◦▪●–—·]\s+(?=\S)")
_NUMBERED = re.compile(r"(?:\(?(?:\d{1,3}|[A-Za-z]|[ivxlc]{1,6})\)|(?:\d{1,3}|[a-zA-Z])\.)\s+(?=\S)")
_RULE = re.compile(r"([-=_*~#+.])(?:\s?\1){2,}")
_UNDERLINE = re.compile(r"(=+|-+|~+|\^+|\*+|#+)")
_SECTION = re.compile(r"(\d{1,3}(?:\.\d{1,3}){0,5})\.?\s+(?=\S)|([IVXLC]{1,7})\.\s+(?=\S)")
_CHAPTER = re.compile(r"(chapter|section|part|article|appendix|annex|kapitel|abschnitt|teil|anhang|chapitre|capítulo|"
                      r"capitolo|hoofdstuk|artikel)\s+([\divxlc]+|[a-z])\b", re.I)  # fmt: skip
_STAMP = re.compile(
    r"\[?(?:\d{4}[-/]\d\d[-/]\d\d[T ,]\s?\d\d:\d\d|\d\d?[-/]\w{2,3}[-/]\d{2,4}[ :]\d\d:\d\d|"
    r"\w{3}\s+\d\d?\s\d\d:\d\d:\d\d|"
    r"\d\d:\d\d:\d\d[.,]\d)|(?:\d{1,3}\.){3}\d{1,3}\s\S+\s\S+\s\["
)
_CODE = re.compile(
    r"[{};]\s*$"
    r"|^(?:def|class|func|fn|function|struct|enum) \w+\s*[(:{<]"
    r"|^(?:import [\w.]+|from [\w.]+ import .*|#include .*|#define .*)$"
    r"|^(?:return|if|for|while|else|elif|try|except|switch|case)\b.*[:({;]$"
    r"|^(?:SELECT|INSERT INTO|UPDATE|DELETE FROM|CREATE TABLE) "
    r"|^(?:\$ |>>> |//|/\*|\*/|</?\w)"
    r"|[=!<>]=|->|=>|::"
    r"|\w\([^()]*\)[:;{]?$"
    r"|^[\w.\[\]]+ ?[-+*/]?= ?\S"
)
_CODE_CHARS = 300
_GAP = re.compile(r"\t+|\s{2,}")
_GRID = re.compile(r"[\s|+:=-]+")
_MAX_HEADING = 80
_ENDS_SENTENCE = tuple(".!?;:,…。！？")


@dataclass(frozen=True)
class Line:
    """A line without white space at its ends, and how far it was indented."""

    text: str
    indent: int = 0

    @classmethod
    def of(cls, raw: str) -> "Line":
        expanded = raw.expandtabs(4).rstrip() if "\t" in raw[:40] else raw.rstrip()
        return cls(text=raw.strip(), indent=len(expanded) - len(expanded.lstrip()))


def item_mark(text: str) -> str | None:
    """The mark that a list item begins with, with the space after it; None if the line begins none."""
    found = _BULLET.match(text) or _NUMBERED.match(text)
    return found.group() if found else None


def without_bullet(text: str) -> str:
    """An item's text; a bullet goes, a number stays."""
    found = _BULLET.match(text)
    return text[found.end() :] if found else text


def is_rule(text: str) -> bool:
    """Whether a line is only drawn: dashes, stars, dots."""
    return bool(_RULE.fullmatch(text))


def underlined(title: str, line: str) -> int | None:
    """The level of a heading that has the second line drawn under it."""
    drawn = _UNDERLINE.fullmatch(line)
    if not drawn or len(line) < 3 or not _may_be_title(title) or abs(len(line) - len(title)) > max(3, len(title) // 3):
        return None
    return 1 if line[0] in "=#*" else 2


def heading_level(text: str) -> int | None:
    """The level of a line that stands alone, by its numbering or its capitals; None for what is not a heading."""
    if not _may_be_title(text) or text.endswith(_ENDS_SENTENCE):
        return None
    section = _SECTION.match(text)
    if section:
        rest = text[section.end() :]
        return (section.group(1) or "").count(".") + 1 if rest[:1].isupper() or not rest[:1].islower() else None
    if _CHAPTER.match(text):
        return 1
    letters = [char for char in text if char.isalpha()]
    cased = sum(char.isupper() for char in letters)
    return 1 if len(letters) >= 4 and cased == len(letters) and len(text.split()) <= 10 else None


def section_number(text: str) -> str | None:
    """The number that a line begins with."""
    found = _SECTION.match(text)
    return found.group(1) or found.group(2) if found else None


def is_log_record(text: str) -> bool:
    """Whether a line begins with a time, as records of logs do."""
    return bool(_STAMP.match(text))


def code_share(lines: list[str]) -> float:
    """How many of several lines have the signs of a program's or of data's syntax, as a share."""
    return sum(bool(_CODE.search(line[:_CODE_CHARS])) for line in lines) / len(lines)


def cells(text: str) -> list[str]:
    """The columns of a line that has wide gaps, tabs or bars between them."""
    if "|" in text:
        return [cell.strip() for cell in text.strip("|").split("|")]
    return _GAP.split(text)


def is_grid(text: str) -> bool:
    """Whether a line only draws the grid of a table."""
    return len(text) > 2 and bool(_GRID.fullmatch(text)) and ("-" in text or "=" in text)


def _may_be_title(text: str) -> bool:
    return 1 < len(text) <= _MAX_HEADING and any(char.isalpha() for char in text)
