"""Field codes (ECMA-376 part 1, 17.16): what a field shows is kept, its code is not."""

import re
from dataclasses import dataclass
from typing import Any

from docqa.parsing.docx.names import is_on, number, w
from docqa.parsing.office.text import safe_url

_LINK = re.compile(r'\s*HYPERLINK\s+"([^"]*)"', re.IGNORECASE)
_KIND = w("fldCharType")
PAGE_FIELDS = frozenset({"PAGE", "NUMPAGES", "SECTIONPAGES", "SECTION"})
_NEVER = frozenset({"TC", "XE", "RD", "TA"})  # entries for tables of contents and indexes: they show nothing
_COUNTS = "SEQ"
_MAX_DEPTH = 32
_ACTIVE = frozenset({"DDE", "DDEAUTO"})
_EXTERNAL = frozenset({"INCLUDETEXT", "INCLUDEPICTURE", "IMPORT", "LINK"})


@dataclass
class _Field:
    code: str = ""
    in_code: bool = True
    wanted: bool = True
    url: str | None = None

    @property
    def name(self) -> str:
        return (self.code.split(maxsplit=1) or [""])[0].upper()


class Fields:
    """The fields that are open at a place in the text."""

    def __init__(self, unwanted: frozenset[str]) -> None:
        self._open: list[_Field] = []
        self._unwanted = unwanted | _NEVER
        self.shows = True
        self.counted = False
        self.url: str | None = None

    def character(self, element: Any) -> None:
        """A w:fldChar."""
        kind = element.get(_KIND)
        if kind == "begin" and len(self._open) < _MAX_DEPTH:
            self._open.append(_Field())
        elif kind == "separate" and self._open:
            self._separate(self._open[-1])
        elif kind == "end" and self._open:
            self.counted = self._open.pop().name == _COUNTS or self.counted
        self._update()

    def code(self, text: str) -> None:
        if self._open and self._open[-1].in_code:
            self._open[-1].code += text

    def simple(self, code: str) -> None:
        """A w:fldSimple: code and result in one; `end` follows."""
        field = _Field(code)
        self._open.append(field)
        self._separate(field)
        self.counted = self.counted or field.name == _COUNTS
        self._update()

    def end(self) -> None:
        if self._open:
            self._open.pop()
        self._update()

    def end_paragraph(self) -> None:
        """A code that is still open is damage more often than a code of several paragraphs."""
        self.counted = False
        if self._open:
            self._open = [field for field in self._open if not field.in_code]
            self._update()

    def _separate(self, field: _Field) -> None:
        field.in_code = False
        field.wanted = field.name not in self._unwanted
        match = _LINK.match(field.code)
        field.url = safe_url(match.group(1)) if match else None

    def _update(self) -> None:
        self.shows = all(field.wanted and not field.in_code for field in self._open)
        self.url = next((field.url for field in reversed(self._open) if field.url), None)


def form_value(element: Any) -> str:
    """What a w:fldChar shows by itself: old forms keep what was ticked or chosen in the field (17.16.17)."""
    data = element.find(w("ffData"))
    box = data.find(w("checkBox")) if data is not None else None
    if box is not None:
        state = box.find(w("checked"))
        return "☒" if is_on(state if state is not None else box.find(w("default"))) else "☐"
    entries = data.find(w("ddList")) if data is not None else None
    if entries is None:
        return ""
    options = [entry.get(w("val"), "") for entry in entries.iterchildren(w("listEntry"))]
    chosen = number(entries.find(w("result"))) or 0
    return options[chosen] if 0 <= chosen < len(options) else ""


def codes(root: Any) -> set[str]:
    """What the fields of a part reach for: "active" programs, "external" content."""
    texts = [element.text or "" for element in root.iter(w("instrText"))]
    texts.extend(element.get(w("instr"), "") for element in root.iter(w("fldSimple")))
    names = {(text.split(maxsplit=1) or [""])[0].upper() for text in texts}
    return {kind for kind, known in (("active", _ACTIVE), ("external", _EXTERNAL)) if names & known}
