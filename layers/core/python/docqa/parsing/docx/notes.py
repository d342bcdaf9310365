"""Footnotes, endnotes and comments, each as a note behind the paragraph that refers to it.

There they are found with what they explain. The mark is left out of the text, where it would cling to a word or a
figure; a footnote begins with its number, as it does on the page, a comment with the name of its author.
"""

from collections.abc import Iterator
from typing import Any

from docqa.parsing.docx.drawings import Attached
from docqa.parsing.docx.names import value, w
from docqa.parsing.docx.runs import RunReader
from docqa.parsing.docx.styles import Styles
from docqa.parsing.office.numerals import numeral
from docqa.parsing.office.package import Package
from docqa.parsing.office.text import Line, Noticing, Run, visible

_PARTS = {"footnote": "footnotes", "endnote": "endnotes", "comment": "comments"}
_FORMATS = {"footnote": "decimal", "endnote": "lowerRoman"}
_KINDS = frozenset({"normal", ""})  # the others are separators


class Notes:
    """The notes of one document, read when first referred to. `settings`: root of the settings part or None."""

    def __init__(self, package: Package, main: str, styles: Styles, noticing: Noticing, settings: Any) -> None:
        self._package, self._main, self._styles, self._noticing = package, main, styles, noticing
        self._formats = {kind: _format(settings, kind) for kind in _FORMATS}
        self._found: dict[str, dict[str, Any]] = {}
        self._readers: dict[str, RunReader] = {}
        self._counts: dict[str, int] = {}
        self._seen: set[tuple[str, str]] = set()

    def line(self, attached: Attached) -> Line:
        """The text of a note; empty where it is missing, or was given before."""
        kind, name = attached.kind, attached.what
        element = self._elements(kind).get(name)
        if element is None or (kind, name) in self._seen:
            return Line("")
        self._seen.add((kind, name))
        line = self._noticing.line(visible(self._runs(kind, element)))
        return line.after(self._head(kind, element, marked=attached.marked))

    def left_over(self) -> Iterator[Line]:
        """Comments that nothing refers to."""
        for name in self._elements("comment"):
            line = self.line(Attached("comment", name))
            if line.text:
                yield line

    def _head(self, kind: str, element: Any, *, marked: bool) -> str:
        if kind == "comment":
            author = " ".join(element.get(w("author"), "").split())
            return f"{author}:" if author else ""
        if marked:
            return ""
        self._counts[kind] = self._counts.get(kind, 0) + 1
        return numeral(self._counts[kind], self._formats[kind])

    def _runs(self, kind: str, element: Any) -> Iterator[Run]:
        for paragraph in element.iter(w("p")):
            yield from self._readers[kind].read(paragraph, self._styles.of(paragraph.find(w("pPr"))), None).runs
            yield Run(" ")

    def _elements(self, kind: str) -> dict[str, Any]:
        if kind not in self._found:
            self._found[kind] = {}
            for part in self._package.of_kind(self._main, _PARTS[kind]):
                root = self._package.root(part, _PARTS[kind])
                self._readers[kind] = RunReader(self._styles, self._package.relations(part), unwanted=frozenset())
                elements = root.iterchildren(w(kind)) if root is not None else ()
                kept = {e.get(w("id"), ""): e for e in elements if e.get(w("type"), "") in _KINDS}
                self._found[kind].update(kept)
        return self._found[kind]


def _format(settings: Any, kind: str) -> str:
    found = settings.find(f"{w(kind + 'Pr')}/{w('numFmt')}") if settings is not None else None
    return value(found, _FORMATS[kind])
