"""PPTX by python-pptx: slide by slide, title first, then the shapes as they are read, then the speaker's notes."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, ClassVar

import pptx
from pptx.presentation import Presentation

from docqa.core.errors import NoPages, TooManyPages
from docqa.core.models import Block, BlockKind, DocumentPlan, Format, PageRange, ParsedRange
from docqa.parsing.archive import check_archive, transitional
from docqa.parsing.boundary import reading
from docqa.parsing.office_charts import chart_blocks
from docqa.parsing.tables import table_block

_SLIDES_PER_RANGE = 50
_MAX_DEPTH = 8
_ROW_TOLERANCE = 12700 * 18  # EMU: shapes whose tops differ by less than a quarter inch stand in one row


class PptxParser:
    """Parser of presentations; a slide is a page."""

    format: ClassVar[Format] = Format.PPTX
    version: ClassVar[str] = "pptx-1"

    def plan(self, path: Path, *, max_pages: int) -> DocumentPlan:
        """Ranges of up to 50 slides. Raises NoPages, TooManyPages."""
        count = len(_opened(path).slides)
        if count == 0:
            raise NoPages("The presentation has no slides.")
        if count > max_pages:
            raise TooManyPages(f"The presentation has {count} slides; {max_pages} are allowed.")
        firsts = range(1, count + 1, _SLIDES_PER_RANGE)
        ranges = (
            PageRange(index=index, first=first, last=min(first + _SLIDES_PER_RANGE - 1, count))
            for index, first in enumerate(firsts)
        )
        return DocumentPlan(page_count=count, ranges=tuple(ranges))

    def parse(self, path: Path, pages: PageRange) -> ParsedRange:
        """Raises CorruptFile, UnsafeFile."""
        slides = _opened(path).slides
        blocks: list[Block] = []
        with reading("a presentation"):
            for number in range(pages.first, min(pages.last, len(slides)) + 1):
                if number not in pages.skip:
                    blocks.extend(_slide_blocks(slides[number - 1], number))
        return ParsedRange(index=pages.index, blocks=tuple(blocks))


def _opened(path: Path) -> Presentation:
    with reading("a presentation"):
        check_archive(path)
        return pptx.Presentation(transitional(path))


def _slide_blocks(slide: Any, number: int) -> Iterator[Block]:
    title = slide.shapes.title
    title_text = _flat(title.text_frame.text) if title is not None and title.has_text_frame else ""
    if title_text:
        yield Block(kind=BlockKind.HEADING, text=title_text, page=number, level=1)
    shapes = [shape for shape in slide.shapes if title is None or shape.shape_id != title.shape_id]
    for shape in _reading_order(shapes):
        yield from _shape_blocks(shape, number, 0)
    if slide.has_notes_slide and slide.notes_slide.notes_text_frame is not None:
        text = _flat(slide.notes_slide.notes_text_frame.text)
        if text:
            yield Block(kind=BlockKind.NOTE, text=text, page=number)


def _reading_order(shapes: Iterable[Any]) -> list[Any]:
    """Rows from top to bottom, each from left to right. Placeholders that inherit their place keep their order."""
    placed = sorted(shapes, key=lambda shape: shape.top or 0)
    ordered: list[Any] = []
    row: list[Any] = []
    for shape in placed:
        if row and (shape.top or 0) - (row[0].top or 0) > _ROW_TOLERANCE:
            ordered.extend(sorted(row, key=lambda item: item.left or 0))
            row = []
        row.append(shape)
    return ordered + sorted(row, key=lambda item: item.left or 0)


def _shape_blocks(shape: Any, number: int, depth: int) -> Iterator[Block]:
    if hasattr(shape, "shapes"):  # a group
        if depth < _MAX_DEPTH:
            for inner in _reading_order(shape.shapes):
                yield from _shape_blocks(inner, number, depth + 1)
    elif getattr(shape, "has_table", False):
        block = table_block(_table_rows(shape.table), page=number, header=bool(shape.table.first_row) or None)
        if block:
            yield block
    elif getattr(shape, "has_chart", False):
        yield from chart_blocks(shape.chart._chartSpace, number)[0]
    elif getattr(shape, "has_text_frame", False):
        yield from _text_blocks(shape, number)
    else:
        yield from _diagram_blocks(shape, number)


def _text_blocks(shape: Any, number: int) -> Iterator[Block]:
    if _is_automatic(shape):
        return
    paragraphs = [(paragraph, _flat(paragraph.text)) for paragraph in shape.text_frame.paragraphs]
    filled = [(paragraph, text) for paragraph, text in paragraphs if text]
    listed = len(filled) > 1
    for paragraph, text in filled:
        kind = BlockKind.LIST_ITEM if listed or paragraph.level else BlockKind.PARAGRAPH
        yield Block(kind=kind, text=text, page=number)


def _is_automatic(shape: Any) -> bool:
    """Slide number, date and the like, filled in by PowerPoint: fields and nothing typed."""
    if not shape.is_placeholder:
        return False
    body = shape.text_frame._txBody
    typed = any((run.text or "").strip() for run in body.iterfind(".//{*}r/{*}t"))
    return body.find(".//{*}fld") is not None and not typed


def _table_rows(table: Any) -> list[list[str]]:
    """A merged cell's text once, at its origin."""
    return [["" if cell.is_spanned else _flat(cell.text) for cell in row.cells] for row in table.rows]


def _diagram_blocks(shape: Any, number: int) -> Iterator[Block]:
    """SmartArt: the texts of the diagram's data part."""
    references = shape._element.xpath(".//*[local-name()='relIds']")
    for reference in references:
        relation_id = next((value for key, value in reference.attrib.items() if key.endswith("}dm")), None)
        if relation_id not in shape.part.rels:
            continue
        root = pptx.oxml.parse_xml(shape.part.related_part(relation_id).blob)
        for body in root.iter("{*}t"):
            text = _flat(
                "".join(run.text or "" for run in body.iter("{http://schemas.openxmlformats.org/drawingml/2006/main}t"))
            )
            if text and len(body):
                yield Block(kind=BlockKind.LIST_ITEM, text=text, page=number)


def _flat(text: str) -> str:
    return " ".join(text.replace("\u00ad", "").split())
