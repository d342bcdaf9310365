"""DOCX by python-docx: paragraphs, headings, lists, tables, text boxes, notes, in document order."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, ClassVar

import docx
from docx.document import Document
from docx.oxml.parser import parse_xml

from docqa.core.models import Block, BlockKind, DocumentPlan, Format, PageRange, ParsedRange
from docqa.parsing.archive import check_archive, transitional
from docqa.parsing.boundary import reading
from docqa.parsing.docx_styles import Styles
from docqa.parsing.docx_xml import inner_paragraphs, local_name, paragraph_text, story, text_box_contents
from docqa.parsing.tables import table_block

_MAX_DEPTH = 8


class DocxParser:
    """Parser of Word documents; see the module."""

    format: ClassVar[Format] = Format.DOCX
    version: ClassVar[str] = "docx-1"

    def plan(self, path: Path, *, max_pages: int) -> DocumentPlan:
        """One range: pages exist only once Word lays the text out."""
        with reading("a Word document"):
            _opened(path)
        return DocumentPlan(page_count=None, ranges=(PageRange(index=0, first=1, last=1),))

    def parse(self, path: Path, pages: PageRange) -> ParsedRange:
        """Raises CorruptFile, UnsafeFile."""
        with reading("a Word document"):
            return ParsedRange(index=pages.index, blocks=tuple(_document_blocks(_opened(path))))


def _opened(path: Path) -> Document:
    check_archive(path)
    return docx.Document(transitional(path))


def _document_blocks(document: Document) -> Iterator[Block]:
    styles = Styles(document)
    headers, footers = _running_texts(document)
    yield from headers
    yield from _story_blocks(document.element.body, styles)
    yield from _notes(document)
    yield from footers


def _story_blocks(container: Any, styles: Styles, depth: int = 0) -> Iterator[Block]:
    """Blocks of a body, a cell or a text box, in order; what is nested too deep is read as plain paragraphs."""
    for element in story(container):
        if local_name(element) == "tbl":
            yield from _table_blocks(element, styles, depth)
            continue
        text = paragraph_text(element)
        if text:
            yield _paragraph_block(element, text, styles)
        if depth < _MAX_DEPTH:
            for box in text_box_contents(element):
                yield from _story_blocks(box, styles, depth + 1)


def _paragraph_block(element: Any, text: str, styles: Styles) -> Block:
    level = styles.heading_level(element)
    if level is not None:
        return Block(kind=BlockKind.HEADING, text=" ".join(text.split()), level=level)
    kind = BlockKind.LIST_ITEM if styles.is_list_item(element) else BlockKind.PARAGRAPH
    return Block(kind=kind, text=text)


def _table_blocks(table: Any, styles: Styles, depth: int) -> Iterator[Block]:
    """A table as one block; tables inside its cells follow it. A table of one cell is a frame around a text."""
    rows = [list(_cells(row)) for row in table.iterchildren("{*}tr")]
    if sum(len(row) for row in rows) == 1 and depth < _MAX_DEPTH:
        yield from _story_blocks(rows[0][0], styles, depth + 1)
        return
    block = table_block([[_cell_text(cell) for cell in row] for row in rows])
    if block:
        yield block
    if depth < _MAX_DEPTH:
        for row in rows:
            for cell in row:
                for nested in cell.iterchildren("{*}tbl"):
                    yield from _table_blocks(nested, styles, depth + 1)


def _cells(row: Any) -> Iterator[Any]:
    """Cells of a row, also inside content controls."""
    for child in row.iterchildren():
        name = local_name(child)
        if name == "tc":
            yield child
        elif name in ("sdt", "sdtContent", "customXml"):
            yield from _cells(child)


def _cell_text(cell: Any) -> str:
    """Text of a cell's own paragraphs; a cell that goes on from the row above is empty."""
    merge = cell.find("{*}tcPr/{*}vMerge")
    if merge is not None and not any(value == "restart" for value in merge.values()):
        return ""
    parts = []
    for paragraph in inner_paragraphs(cell):
        parts.append(paragraph_text(paragraph))
        parts.extend(paragraph_text(inner) for box in text_box_contents(paragraph) for inner in box.iter("{*}p"))
    return " ".join(part for part in parts if part)


def _notes(document: Document) -> Iterator[Block]:
    """Footnotes, endnotes and comments, each as a NOTE."""
    for relation in document.part.rels.values():
        kind = relation.reltype.rpartition("/")[2]
        if kind not in ("footnotes", "endnotes", "comments") or relation.is_external:
            continue
        for note in _part_root(relation.target_part).iterchildren("{*}footnote", "{*}endnote", "{*}comment"):
            text = " ".join(filter(None, (paragraph_text(p) for p in note.iter("{*}p"))))
            if text:
                yield Block(kind=BlockKind.NOTE, text=text)


def _part_root(part: Any) -> Any:
    element = getattr(part, "element", None)
    return element if element is not None else parse_xml(part.blob)


def _running_texts(document: Document) -> tuple[list[Block], list[Block]]:
    """Page headers and footers, each text once for the whole document."""
    seen: set[str] = set()
    found: tuple[list[Block], list[Block]] = ([], [])
    for relation in document.part.rels.values():
        kind = relation.reltype.rpartition("/")[2]
        if kind not in ("header", "footer") or relation.is_external:
            continue
        for paragraph in _part_root(relation.target_part).iter("{*}p"):
            text = paragraph_text(paragraph)
            if text and text not in seen and not text.isdigit():
                seen.add(text)
                found[kind == "footer"].append(Block(kind=BlockKind.PARAGRAPH, text=text))
    return found
