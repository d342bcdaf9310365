"""The text of one part of a Word file (body, header, note) as blocks in document order."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from docqa.core.models import Block, BlockKind, Hidden
from docqa.parsing.docx.drawings import Attached
from docqa.parsing.docx.fields import PAGE_FIELDS
from docqa.parsing.docx.look import fill
from docqa.parsing.docx.names import number, story, value, w
from docqa.parsing.docx.notes import Notes
from docqa.parsing.docx.numbering import Numbering
from docqa.parsing.docx.pieces import Piece
from docqa.parsing.docx.runs import Inline, RunReader
from docqa.parsing.docx.styles import Role, Style, Styles, mark_deleted, outline_level
from docqa.parsing.docx.tables import table_of
from docqa.parsing.office.charts import chart_blocks
from docqa.parsing.office.diagrams import diagram_texts
from docqa.parsing.office.names import local_name
from docqa.parsing.office.package import Package
from docqa.parsing.office.text import Line, Noticing, Run, visible

MAX_DEPTH = 8
_CAPTION_CHARS = 300
_MAX_CARRIED = 10_000
"""Runs that deleted paragraph marks may put together."""
_P_PR, _SHADE, _OUTLINE = w("pPr"), w("shd"), w("outlineLvl")


@dataclass
class Document:
    """What all parts of one file share."""

    package: Package
    styles: Styles
    numbering: Numbering
    notes: Notes
    noticing: Noticing = field(default_factory=Noticing)
    page_colour: str | None = "FFFFFF"
    figures: set[str] = field(default_factory=set)
    """Parts of charts and diagrams that were read: one that is shown again is not said again."""


class Story:
    """Reads one part. Paragraphs and tables must be asked for in document order: lists count."""

    def __init__(self, document: Document, part: str, *, running: bool = False) -> None:
        """`running`: a header or footer, where page numbers are left out."""
        self.document = document
        self._part = part
        unwanted = PAGE_FIELDS if running else frozenset[str]()
        self._reader = RunReader(document.styles, document.package.relations(part), unwanted=unwanted)
        self._carried: list[Run] = []

    def pieces(self, container: Any, background: str | None, depth: int = 0) -> Iterator[Piece]:
        """Blocks of a body, a cell or a text box; what is nested too deep is left out with a warning."""
        if depth > MAX_DEPTH:
            self.document.package.notice("nested_too_deep")
            return
        for element in story(container):
            if local_name(element) == "tbl":
                yield from table_of(self, element, background, depth)
            else:
                yield from self._paragraph(element, background, depth)

    def _paragraph(self, paragraph: Any, background: str | None, depth: int) -> Iterator[Piece]:
        properties = paragraph.find(_P_PR)
        style = self.document.styles.of(properties)
        shade = fill(properties.find(_SHADE)) if properties is not None else None
        inline = self._reader.read(paragraph, style, shade or style.shade or background)
        if self._carried:
            inline.runs[:0] = self._carried
            self._carried = []
        if properties is not None and mark_deleted(properties) and len(inline.runs) < _MAX_CARRIED:
            self._carried = inline.runs
        else:
            yield from self._text(paragraph, properties, style, inline, inner=depth > 0)
            for block in self.document.noticing.hidden_blocks(inline.runs):
                yield Piece(block)
        for attached in inline.attached:
            yield from self._attached(attached, depth)

    def _text(self, paragraph: Any, properties: Any, style: Style, inline: Inline, *, inner: bool) -> Iterator[Piece]:
        line = self.document.noticing.line(visible(inline.runs))
        place = self.document.numbering.place(properties, style)
        if place is not None and (line.text or not inline.runs):
            line = line.after(self.document.numbering.label(*place))
        if not line.text:
            return
        role = Role.CONTENTS if style.role is Role.BODY and _in_contents(paragraph) else style.role
        level = _heading_level(properties, style) if role is Role.BODY else None
        yield Piece(_block(line, role, level, inline, listed=place is not None), role, inline.bold, inline.size, inner)

    def _attached(self, attached: Attached, depth: int) -> Iterator[Piece]:
        noticing, package = self.document.noticing, self.document.package
        if attached.kind == "box":
            for piece in self.pieces(attached.what, attached.background, depth + 1):
                yield self._as_hidden(piece, attached.hidden) if attached.hidden else piece
        elif attached.kind == "alt":
            block = noticing.alt_text(attached.what)
            yield from [Piece(block)] if block else []
        elif attached.kind in ("chart", "diagram"):
            relation = package.relations(self._part).get(attached.what)
            target = relation.target if relation else None
            if target is None or target not in self.document.figures:
                self.document.figures.add(target or "")
                root = package.root(target, attached.kind)
                if root is not None:
                    yield from (Piece(block) for block in self._figure(attached.kind, root))
        else:
            line = self.document.notes.line(attached)
            if line.text:
                yield Piece(Block(kind=BlockKind.NOTE, text=line.text, links=line.links))

    def _figure(self, kind: str, root: Any) -> list[Block]:
        if kind == "diagram":
            return [Block(kind=BlockKind.LIST_ITEM, text=text) for text in diagram_texts(root)]
        blocks, fault = chart_blocks(root, None)
        if fault:
            self.document.package.notice(fault, "data of a chart")
        return blocks

    def _as_hidden(self, piece: Piece, reason: Hidden) -> Piece:
        if piece.block.hidden:
            return piece
        block = self.document.noticing.hidden_block(reason, " ".join(piece.block.text.split()))
        return Piece(block or piece.block)


def _block(line: Line, role: Role, level: int | None, inline: Inline, *, listed: bool) -> Block:
    if role is Role.CODE:
        return Block(kind=BlockKind.CODE, text=_code_text(inline.runs) or line.text)
    if level is not None:
        return Block(kind=BlockKind.HEADING, text=line.text, level=level, links=line.links)
    if role is Role.CAPTION or (inline.numbers_itself and not listed and len(line.text) <= _CAPTION_CHARS):
        kind = BlockKind.CAPTION
    else:
        kind = BlockKind.LIST_ITEM if listed else BlockKind.PARAGRAPH
    return Block(kind=kind, text=line.text, links=line.links)


def _heading_level(properties: Any, style: Style) -> int | None:
    """By the paragraph's own outline level, else by its style."""
    own = properties.find(_OUTLINE) if properties is not None else None
    outline = number(own) if own is not None else None
    return style.level if outline is None else outline_level(outline)


def _in_contents(paragraph: Any) -> bool:
    """Whether the paragraph stands in a generated table of contents (17.5.2.13), whatever its style."""
    control = paragraph.getparent().getparent()
    if control is None or control.tag != w("sdt"):
        return False
    gallery = control.find(f"{w('sdtPr')}/{w('docPartObj')}/{w('docPartGallery')}")
    return value(gallery).lower() == "table of contents"


def _code_text(runs: list[Run]) -> str:
    """Program text keeps its spaces."""
    return "".join(run.text for run in visible(runs)).strip()
