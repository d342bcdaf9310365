"""Which paragraphs are headings and list items: by style, inherited style, outline level and numbering."""

import re
from typing import Any

from docx.document import Document
from docx.oxml.ns import qn

_HEADING_NAME = re.compile(r"(?:heading|\u00fcberschrift|titre|t\u00edtulo|titolo|kop|rubrik)\s*(\d)", re.IGNORECASE)
_HEADING_ID = re.compile(r"(?:heading|berschrift|titre|ttulo|titolo|kop|rubrik)(\d)", re.IGNORECASE)
_TITLES = frozenset({"title", "titel", "titre", "t\u00edtulo"})
_MAX_INHERITANCE = 16
_BODY_LEVEL = 9  # w:outlineLvl 9 means body text


class Styles:
    """The paragraph styles of one document, read from its XML once."""

    def __init__(self, document: Document) -> None:
        self._levels: dict[str, int | None] = {}
        self._lists: dict[str, bool] = {}
        self._elements: dict[str, Any] = {}
        for element in document.styles.element.iterchildren(qn("w:style")):
            self._elements[element.get(qn("w:styleId"), "")] = element

    def heading_level(self, paragraph: Any) -> int | None:
        """1 for a title or an outermost heading, deeper ones from 2; None for body text."""
        outline = _int_value(paragraph.find(f"{qn('w:pPr')}/{qn('w:outlineLvl')}"))
        if outline is not None:
            return outline + 1 if outline < _BODY_LEVEL else None
        style_id = _style_id(paragraph)
        if style_id not in self._levels:
            self._levels[style_id] = self._style_level(style_id)
        return self._levels[style_id]

    def is_list_item(self, paragraph: Any) -> bool:
        """Whether the paragraph, or its style, is numbered or bulleted."""
        number = paragraph.find(f"{qn('w:pPr')}/{qn('w:numPr')}/{qn('w:numId')}")
        if number is not None:
            return _int_value(number) != 0  # numId 0 switches the style's numbering off
        style_id = _style_id(paragraph)
        if style_id not in self._lists:
            found = (element.find(f"{qn('w:pPr')}/{qn('w:numPr')}") for element in self._lineage(style_id))
            self._lists[style_id] = any(element is not None for element in found)
        return self._lists[style_id]

    def _style_level(self, style_id: str) -> int | None:
        for element in self._lineage(style_id):
            name_element = element.find(qn("w:name"))
            name = (name_element.get(qn("w:val"), "") if name_element is not None else "").strip()
            match = _HEADING_NAME.fullmatch(name) or _HEADING_ID.fullmatch(element.get(qn("w:styleId"), ""))
            if match:
                return max(int(match.group(1)), 1)
            if name.lower() in _TITLES:
                return 1
            outline = _int_value(element.find(f"{qn('w:pPr')}/{qn('w:outlineLvl')}"))
            if outline is not None:
                return outline + 1 if outline < _BODY_LEVEL else None
        return None

    def _lineage(self, style_id: str) -> list[Any]:
        """The style and those it is based on, nearest first; circles are cut."""
        found: list[Any] = []
        while style_id in self._elements and len(found) < _MAX_INHERITANCE:
            element = self._elements[style_id]
            found.append(element)
            base = element.find(qn("w:basedOn"))
            style_id = base.get(qn("w:val"), "") if base is not None else ""
        return found


def _style_id(paragraph: Any) -> str:
    style = paragraph.find(f"{qn('w:pPr')}/{qn('w:pStyle')}")
    return style.get(qn("w:val"), "") if style is not None else ""


def _int_value(element: Any) -> int | None:
    value = element.get(qn("w:val"), "") if element is not None else ""
    return int(value) if value.isdigit() else None
