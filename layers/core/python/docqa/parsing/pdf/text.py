"""Printed lines put together as running text: hyphenation mended, and where each line stands in the text."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

Rect = tuple[float, float, float, float]

_CJK_END = re.compile("[\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef]$")
_CJK_START = re.compile("^[\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef]")
_HYPHENATED = re.compile(r"([^\W\d_]+)[-\u2010]$")
_WORD_START = re.compile(r"^[^\W\d_]+")
_LONGEST_WORD = 60


@dataclass(frozen=True, slots=True)
class Printed:
    """A line as printed: its text, the box around it, its links as (start, end, url)."""

    text: str
    box: Rect
    links: tuple[tuple[int, int, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Running:
    """A running text; (start, end, box) of each printed line of it; its links as (start, end, url)."""

    text: str
    places: tuple[tuple[int, int, Rect], ...]
    links: tuple[tuple[int, int, str], ...]


def running(lines: Sequence[Printed], hyphenated: frozenset[str] = frozenset(), skip: int = 0) -> Running:
    """Lines of one paragraph as running text, without the first `skip` characters of the first line.

    A hyphen at a line's end goes when a small letter follows, unless the word is written with it elsewhere
    (`hyphenated`); CJK lines join without a space.
    """
    text = ""
    places: list[tuple[int, int, Rect]] = []
    links: list[tuple[int, int, str]] = []
    for number, line in enumerate(lines):
        dropped = skip if number == 0 else 0
        added = line.text[dropped:]
        if not added:
            continue
        if places:
            text, gap = joint(text, added, hyphenated)
            start, end, box = places[-1]
            places[-1] = (start, min(end, len(text)), box)
            text += gap
        base = len(text) - dropped
        places.append((len(text), len(text) + len(added), line.box))
        links.extend((max(base + start, len(text)), base + end, url) for start, end, url in line.links)
        text += added
    if text.endswith("\u00ad"):
        text = f"{text[:-1]}-"  # the word goes on on another page
    places = [(start, min(end, len(text)), box) for start, end, box in places if start < len(text)]
    return Running(text, tuple(places), tuple(_joined_links(links, len(text))))


def joint(left: str, right: str, hyphenated: frozenset[str] = frozenset()) -> tuple[str, str]:
    """The upper line as it ends in running text, and what stands between it and the lower one."""
    if left.endswith("\u00ad"):
        return left[:-1], ""
    broken, rest = _HYPHENATED.search(left[-_LONGEST_WORD:]), _WORD_START.match(right)
    if broken and rest:
        keeps = not right[:1].islower() or f"{broken.group(1)}-{rest.group()}" in hyphenated
        return (left, "") if keeps else (left[:-1], "")
    if _CJK_END.search(left[-1:]) and _CJK_START.match(right):
        return left, ""
    return left, " "


def _joined_links(links: Sequence[tuple[int, int, str]], length: int) -> list[tuple[int, int, str]]:
    """Links within the text; one that goes on over a line's end once."""
    found: list[tuple[int, int, str]] = []
    for start, end, url in sorted(links):
        end = min(end, length)
        if start >= end:
            continue
        if found and found[-1][2] == url and start - found[-1][1] <= 1:
            found[-1] = (found[-1][0], end, url)
        else:
            found.append((start, end, url))
    return found
