"""Numbers of headings and list items as Word shows them (ECMA-376 part 1, 17.9)."""

import re
from dataclasses import dataclass, field
from typing import Any

from docqa.parsing.docx.names import is_on, number, value, w
from docqa.parsing.docx.styles import Style, Styles
from docqa.parsing.office.numerals import numeral

_LEVELS = 9
_NUM_PR = w("numPr")
_PLACEHOLDER = re.compile(r"%([1-9])")
_MAX_LABEL = 60
_PRIVATE = re.compile("[\ue000-\uf8ff]")


@dataclass(frozen=True, slots=True)
class _Level:
    start: int = 1
    format: str = "decimal"
    text: str = ""
    style: str = ""
    legal: bool = False
    restart: int | None = None


@dataclass
class _List:
    """A w:num: which counters it moves, its levels, and where it begins anew."""

    counters: str
    levels: dict[int, _Level]
    starts: dict[int, int]
    used: set[int] = field(default_factory=set)


class Numbering:
    """The lists of one document with their counters; paragraphs must come in document order."""

    def __init__(self, root: Any, styles: Styles) -> None:
        self._styles = styles
        self._abstract = _by_id(root, "abstractNum", "abstractNumId")
        self._numbers = _by_id(root, "num", "numId")
        self._lists: dict[int, _List | None] = {}
        self._counters: dict[str, list[int | None]] = {}

    def place(self, properties: Any, style: Style) -> tuple[int, int] | None:
        """The list (w:numId) and level of a paragraph by its w:pPr or its style; None: it is not numbered."""
        own = properties.find(_NUM_PR) if properties is not None else None
        list_id = number(own.find(w("numId"))) if own is not None else None
        level = number(own.find(w("ilvl"))) if own is not None else None
        if list_id is None:
            list_id = style.number
            if level is None and list_id:
                level = self._style_level(list_id, style.owners)
                level = style.list_level if level is None else level
        if not list_id or self._list(list_id) is None:
            return None
        return list_id, min(max(level or 0, 0), _LEVELS - 1)

    def label(self, list_id: int, level: int) -> str:
        """Count the paragraph and give its number as shown; "" for a bullet."""
        found = self._list(list_id)
        if found is None:
            return ""
        counters = self._counters.setdefault(found.counters, [None] * _LEVELS)
        if level in found.starts and level not in found.used:
            counters[level] = None
        definition = found.levels.get(level, _Level())
        before = counters[level]
        counters[level] = found.starts.get(level, definition.start) if before is None else before + 1
        found.used.add(level)
        for deeper in range(level + 1, _LEVELS):
            after = found.levels.get(deeper, _Level()).restart
            if after is None or (after and level < after):
                counters[deeper] = None
        return _shown(definition, found.levels, counters)

    def _style_level(self, list_id: int, owners: tuple[str, ...]) -> int | None:
        """The level that names the style, the nearest of those it inherits from."""
        found = self._list(list_id)
        levels = {level.style: index for index, level in found.levels.items() if level.style} if found else {}
        return next((levels[owner] for owner in owners if owner in levels), None)

    def _list(self, list_id: int) -> _List | None:
        if list_id not in self._lists:
            self._lists[list_id] = self._resolved(list_id)
        return self._lists[list_id]

    def _resolved(self, list_id: int, depth: int = 0) -> _List | None:
        element = self._numbers.get(str(list_id))
        if element is None:
            return None
        counters = value(element.find(w("abstractNumId")))
        abstract = self._abstract.get(counters)
        if abstract is None:
            return None
        linked = self._styles.number_style(value(abstract.find(w("numStyleLink"))))
        if linked and linked != list_id and depth < _LEVELS:
            return self._resolved(linked, depth + 1)
        levels, starts = {}, {}
        for level in abstract.iterchildren(w("lvl")):
            levels[_index(level)] = _level(level)
        for override in element.iterchildren(w("lvlOverride")):
            index = _index(override)
            own, start = override.find(w("lvl")), number(override.find(w("startOverride")))
            if own is not None:
                levels[index] = _level(own)
            if start is not None:
                starts[index] = start
        return _List(counters, levels, starts)


def _by_id(root: Any, name: str, attribute: str) -> dict[str, Any]:
    return {e.get(w(attribute), ""): e for e in root.iterchildren(w(name))} if root is not None else {}


def _index(element: Any) -> int:
    text = element.get(w("ilvl"), "0")
    return int(text) if text.isdigit() and len(text) < 3 else 0


def _level(element: Any) -> _Level:
    start = number(element.find(w("start")))
    format = element.find(w("numFmt"))
    return _Level(
        start=1 if start is None else start,
        format="bullet" if element.find(w("lvlPicBulletId")) is not None else value(format, "decimal"),
        text=value(element.find(w("lvlText"))),
        style=value(element.find(w("pStyle"))),
        legal=is_on(element.find(w("isLgl"))),
        restart=number(element.find(w("lvlRestart"))),
    )


def _shown(level: _Level, levels: dict[int, _Level], counters: list[int | None]) -> str:
    if level.format == "bullet":
        return ""

    def counted(match: re.Match[str]) -> str:
        index = int(match.group(1)) - 1
        other = levels.get(index, _Level())
        count = counters[index]
        return numeral(other.start if count is None else count, "decimal" if level.legal else other.format)

    text = _PRIVATE.sub("", _PLACEHOLDER.sub(counted, level.text))
    return " ".join(text.split())[:_MAX_LABEL]
