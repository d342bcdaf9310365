"""The inside of a paragraph: its runs of text, and what hangs on it (text boxes, notes, comments, pictures, charts)."""

import re
from dataclasses import dataclass, field
from typing import Any

from docqa.core.models import Hidden
from docqa.parsing.docx.drawings import Attached, drawing
from docqa.parsing.docx.fields import Fields, form_value
from docqa.parsing.docx.look import PLAIN, Look, read_look
from docqa.parsing.docx.names import TRANSPARENT, w
from docqa.parsing.docx.styles import Style, Styles
from docqa.parsing.office.math import linear
from docqa.parsing.office.names import ALTERNATE, MATH, R_ID, chosen
from docqa.parsing.office.package import Relation
from docqa.parsing.office.symbols import as_unicode, is_symbol_font
from docqa.parsing.office.text import Run, safe_url

_RUN, _TEXT, _LINK, _SIMPLE_FIELD = w("r"), w("t"), w("hyperlink"), w("fldSimple")
_R_PR = w("rPr")
_SPACES = frozenset(map(w, ("tab", "ptab", "br", "cr")))
_NOTES = {w("footnoteReference"): "footnote", w("endnoteReference"): "endnote"}
_DRAWINGS = frozenset(map(w, ("drawing", "pict", "object")))
_MARK_FOLLOWS = w("customMarkFollows")
_SUPERSCRIPT = str.maketrans("0123456789+-\u2212", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻")
_EXPONENT = re.compile(r"[-+\u2212]?\d+")


@dataclass
class Inline:
    """What one paragraph holds. `numbers_itself`: it has a field that counts, as captions do.

    `bold`: all of its words are; `size` is that of the first of them, in half points.
    """

    runs: list[Run] = field(default_factory=list)
    attached: list[Attached] = field(default_factory=list)
    numbers_itself: bool = False
    bold: bool = False
    size: int | None = None


class RunReader:
    """Reads the paragraphs of one part in order; fields may reach from one into the next."""

    def __init__(self, styles: Styles, relations: dict[str, Relation], *, unwanted: frozenset[str]) -> None:
        self._styles = styles
        self._relations = relations
        self._fields = Fields(unwanted)
        self._now = Inline()
        self._base = PLAIN
        self._background: str | None = None
        self._looks: dict[str, Look] = {}

    def read(self, paragraph: Any, style: Style, background: str | None) -> Inline:
        """`background`: the colour under the paragraph, None if it cannot be told."""
        self._now = Inline()
        self._base = style.look.over(self._styles.base)
        self._background = background
        self._inside(paragraph, None)
        self._now.numbers_itself = self._fields.counted
        self._fields.end_paragraph()
        return self._now

    def look(self, run: Any) -> Look:
        """The formatting of a run with that of its character style; the paragraph's own is below it."""
        own = read_look(run.find(_R_PR))
        if own.style:
            if own.style not in self._looks:
                self._looks[own.style] = self._styles.named(own.style).look
            own = own.over(self._looks[own.style])
        return own.over(self._base)

    def _inside(self, container: Any, url: str | None) -> None:
        for element in container:
            tag = element.tag
            if tag == _RUN:
                self._run(element, url)
            elif tag == _LINK:
                self._inside(element, self._target(element) or url)
            elif tag == _SIMPLE_FIELD:
                self._fields.simple(element.get(w("instr"), ""))
                self._inside(element, url)
                self._fields.end()
            elif tag == ALTERNATE:
                branch = chosen(element)
                if branch is not None:
                    self._inside(branch, url)
            elif tag in MATH:
                self._add(f" {linear(element)} ", None, None)
            elif tag in TRANSPARENT:
                self._inside(element, url)

    def _target(self, link: Any) -> str | None:
        relation = self._relations.get(link.get(R_ID, ""))
        return safe_url(relation.url) if relation else None

    def _run(self, run: Any, url: str | None) -> None:
        look = self.look(run)
        self._contents(run, look, url)

    def _contents(self, container: Any, look: Look, url: str | None) -> None:
        """The children of a run; what stands in a field's code is passed over."""
        for element in container:
            tag = element.tag
            if tag == _TEXT:
                self._add(self._spelled(element.text or "", look), url, look)
            elif tag in _SPACES:
                self._add(" ", url, look)
            elif tag in _NOTES:
                self._note(element, _NOTES[tag])
            elif tag == _COMMENT:
                self._now.attached.append(Attached("comment", element.get(w("id"), "")))
            elif tag in _DRAWINGS:
                self._now.attached.extend(drawing(element))
            elif tag == ALTERNATE:
                branch = chosen(element)
                if branch is not None:
                    self._contents(branch, look, url)
            else:
                self._rare(element, tag, look, url)

    def _rare(self, element: Any, tag: Any, look: Look, url: str | None) -> None:
        if tag == _FIELD:
            self._add(form_value(element), url, look)
            self._fields.character(element)
        elif tag == _CODE:
            self._fields.code(element.text or "")
        elif tag == _HYPHEN:
            self._add("-", url, look)
        elif tag == _SYMBOL:
            char = element.get(w("char"), "")
            if re.fullmatch(r"[0-9A-Fa-f]{2,5}", char):
                self._add(as_unicode(chr(int(char, 16)), element.get(w("font"))), url, look)
        elif tag == _RUBY:
            for base in element.iterchildren(w("rubyBase")):
                self._inside(base, url)

    def _spelled(self, text: str, look: Look) -> str:
        """Symbol fonts as Unicode; raised digits after a digit as exponents, so that 10⁶ is not read as 106."""
        if look.font and is_symbol_font(look.font):
            return as_unicode(text, look.font)
        if look.raised != "superscript" or not self._now.runs or not self._now.runs[-1].text[-1:].isdigit():
            return text
        return text.translate(_SUPERSCRIPT) if _EXPONENT.fullmatch(text.strip()) else text

    def _note(self, element: Any, kind: str) -> None:
        marked = element.get(_MARK_FOLLOWS, "0") not in ("0", "false", "off")
        self._now.attached.append(Attached(kind, element.get(w("id"), ""), marked=marked))

    def _add(self, text: str, url: str | None, look: Look | None) -> None:
        if not text or not self._fields.shows:
            return
        hidden: Hidden | None = None
        if look is not None:
            hidden = look.hidden(self._background)
            if not text.isspace():
                first = not self._now.runs
                self._now.bold = bool(look.bold) and (first or self._now.bold)
                self._now.size = look.size if first else self._now.size
        self._now.runs.append(Run(text, url or self._fields.url, hidden))


_COMMENT, _FIELD, _CODE, _HYPHEN = w("commentReference"), w("fldChar"), w("instrText"), w("noBreakHyphen")
_SYMBOL, _RUBY = w("sym"), w("ruby")
