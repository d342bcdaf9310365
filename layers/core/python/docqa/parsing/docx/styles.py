"""What paragraph styles mean: headings, captions, code, tables of contents, numbering, character formatting."""

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from docqa.parsing.docx.look import PLAIN, Look, fill, read_look
from docqa.parsing.docx.names import VAL, is_on, number, value, w

_HEADING_NAME = re.compile(r"(?:heading|\u00fcberschrift|titre|t\u00edtulo|titolo|kop|rubrik)\s*(\d)", re.IGNORECASE)
_HEADING_ID = re.compile(r"(?:heading|berschrift|titre|ttulo|titolo|kop|rubrik)(\d)", re.IGNORECASE)
_TITLES = frozenset({"title", "titel", "titre", "t\u00edtulo"})
_CONTENTS = re.compile(r"toc ?\d|contents \d|table of (?:figures|authorities)", re.IGNORECASE)
_CONTENTS_HEADING = re.compile(r"(?:toc|contents) heading", re.IGNORECASE)
_CAPTION = re.compile(r"caption|beschriftung|l\u00e9gende", re.IGNORECASE)
_CODE = re.compile(
    r"html preformatted|(?:source|program)?[ _-]?code(?:[ _-]?block)?|preformatted(?: text)?|(?:code )?listing|verbatim"
    r"|macro text",
    re.IGNORECASE,
)
_MAX_INHERITANCE = 16
_BODY_LEVEL = 9  # w:outlineLvl 9 means body text
_P_STYLE, _R_PR = w("pStyle"), w("rPr")


class Role(StrEnum):
    """What paragraphs of a style are, apart from headings and lists."""

    BODY = "body"
    CAPTION = "caption"
    CODE = "code"
    CONTENTS = "contents"
    CONTENTS_HEADING = "contents_heading"


@dataclass(frozen=True, slots=True)
class Style:
    """A style with all that it inherits. `list_level` None: the numbering says which of its levels is the style's."""

    name: str = ""
    level: int | None = None
    role: Role = Role.BODY
    number: int | None = None
    list_level: int | None = None
    owners: tuple[str, ...] = ()
    look: Look = PLAIN
    shade: str | None = None
    shaded: bool = False
    head_row: bool = False


class Styles:
    """The styles of one document, each worked out when it is first met."""

    def __init__(self, root: Any) -> None:
        self._elements: dict[str, Any] = {}
        self._known: dict[str, Style] = {}
        self._default = ""
        self.base = PLAIN
        self.language: str | None = None
        for element in root.iterchildren(w("style")) if root is not None else ():
            name = element.get(w("styleId"), "")
            self._elements[name] = element
            if element.get(w("type")) == "paragraph" and element.get(w("default"), "0") in ("1", "true", "on"):
                self._default = name
        defaults = root.find(f"{w('docDefaults')}/{w('rPrDefault')}/{w('rPr')}") if root is not None else None
        if defaults is not None:
            self.base = read_look(defaults)
            self.language = value(defaults.find(w("lang"))) or None

    def of(self, properties: Any) -> Style:
        """The style of a paragraph by its w:pPr, the default one where it names none."""
        found = properties.find(_P_STYLE) if properties is not None else None
        return self.named(found.get(VAL) if found is not None else self._default)

    def named(self, name: str | None) -> Style:
        name = name or ""
        if name not in self._known:
            self._known[name] = self._resolved(name)
        return self._known[name]

    def number_style(self, name: str) -> int | None:
        """The numbering that a numbering style stands for."""
        return self.named(name).number

    def _resolved(self, name: str) -> Style:
        lineage = self._lineage(name)
        if not lineage:
            return Style()
        numbered = next((e for e in lineage if e.find(f"{w('pPr')}/{w('numPr')}/{w('numId')}") is not None), None)
        leveled = next((e for e in lineage if e.find(f"{w('pPr')}/{w('numPr')}/{w('ilvl')}") is not None), None)
        look = PLAIN
        for element in reversed(lineage):
            look = read_look(element.find(w("rPr"))).over(look)
        fills = (fill(element.find(f"{w('pPr')}/{w('shd')}")) for element in lineage)
        return Style(
            name=_name(lineage[0]),
            level=_level(lineage),
            role=_role(lineage),
            number=number(numbered.find(f"{w('pPr')}/{w('numPr')}/{w('numId')}")) if numbered is not None else None,
            list_level=number(leveled.find(f"{w('pPr')}/{w('numPr')}/{w('ilvl')}")) if leveled is not None else None,
            owners=tuple(element.get(w("styleId"), "") for element in lineage),
            look=look,
            shade=next(filter(None, fills), None),
            shaded=any(fill(shading) for element in lineage for shading in element.iter(w("shd"))),
            head_row=any(
                part.get(w("type")) == "firstRow" for e in lineage for part in e.iterchildren(w("tblStylePr"))
            ),
        )

    def _lineage(self, name: str) -> list[Any]:
        """The style and those it is based on, nearest first; circles are cut."""
        found: list[Any] = []
        while name in self._elements and len(found) < _MAX_INHERITANCE:
            element = self._elements[name]
            found.append(element)
            name = value(element.find(w("basedOn")))
        return found


def _name(element: Any) -> str:
    return value(element.find(w("name"))).strip()


def _level(lineage: list[Any]) -> int | None:
    """1 for a title or an outermost heading, deeper ones from 2; None for body text."""
    for element in lineage:
        name = _name(element)
        if _CONTENTS_HEADING.fullmatch(name):
            return None
        match = _HEADING_NAME.fullmatch(name) or _HEADING_ID.fullmatch(element.get(w("styleId"), ""))
        if match:
            return max(int(match.group(1)), 1)
        if name.lower() in _TITLES:
            return 1
        outline = number(element.find(f"{w('pPr')}/{w('outlineLvl')}"))
        if outline is not None:
            return outline_level(outline)
    return None


def outline_level(outline: int) -> int | None:
    """The depth of a heading for a w:outlineLvl."""
    return outline + 1 if 0 <= outline < _BODY_LEVEL else None


def _role(lineage: list[Any]) -> Role:
    for name in map(_name, lineage):
        if _CONTENTS.fullmatch(name):
            return Role.CONTENTS
        if _CONTENTS_HEADING.fullmatch(name):
            return Role.CONTENTS_HEADING
        if _CAPTION.fullmatch(name):
            return Role.CAPTION
        if _CODE.fullmatch(name):
            return Role.CODE
    return Role.BODY


def mark_deleted(properties: Any) -> bool:
    """Whether a tracked change deletes the end of the paragraph of this w:pPr, which joins it to the next."""
    mark = properties.find(_R_PR)
    return mark is not None and (mark.find(w("del")) is not None or mark.find(w("moveFrom")) is not None)


def row_repeats(row: Any) -> bool:
    """Whether a table row is marked to be repeated as the head."""
    return is_on(row.find(f"{w('trPr')}/{w('tblHeader')}"))
