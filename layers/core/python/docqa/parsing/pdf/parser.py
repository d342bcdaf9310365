"""PDF by PyMuPDF: text in reading order with boxes, headings, tables; what repeats on every page left out.

PyMuPDF is not made for threads: parse ranges in processes.
"""

import logging
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, ClassVar

import pymupdf

from docqa.core.errors import CorruptFile, FileEmpty, NoPages, PasswordProtected, TooManyPages
from docqa.core.models import Block, DocumentPlan, DocumentWarning, Format, PageRange, ParsedRange
from docqa.core.noticed import combined, hidden_text
from docqa.parsing.boundary import reading
from docqa.parsing.pdf.blocks import page_blocks
from docqa.parsing.pdf.furniture import windows, without_furniture
from docqa.parsing.pdf.headings import squeezed, style_of
from docqa.parsing.pdf.ligatures import mend_ligatures
from docqa.parsing.pdf.lines import PageText
from docqa.parsing.pdf.metadata import metadata_of, noticed_in
from docqa.parsing.pdf.page import layers_off, page_text
from docqa.parsing.pdf.ranges import page_ranges
from docqa.parsing.pdf.recognised import recognised
from docqa.parsing.pdf.scan import page_needs_ocr

_log = logging.getLogger(__name__)
_MAX_OUTLINE = 5_000
_PAGES_BETWEEN_EMPTYING = 50


class PdfParser:
    """Parser of PDFs; see the module. Pages without usable text are read from their pictures."""

    format: ClassVar[Format] = Format.PDF
    version: ClassVar[str] = "pdf-5"

    def plan(self, path: Path, *, max_pages: int) -> DocumentPlan:
        """Ranges of 8 to 17 pages (all in one below 18); pages to be recognised apart, see `pdf_ranges`."""
        with _opened(path) as document:
            count = document.page_count
            if count == 0:
                raise NoPages
            if count > max_pages:
                raise TooManyPages(f"The document has {count} pages; {max_pages} are allowed.")
            metadata, noticed = metadata_of(document), combined(noticed_in(document))
            scanned = [_is_scanned(document, number) for number in range(count)]
        return DocumentPlan(page_count=count, ranges=page_ranges(scanned), metadata=metadata, warnings=noticed)

    def parse(self, path: Path, pages: PageRange) -> ParsedRange:
        """Blocks of the pages first..last. Raises CorruptFile; InvalidSetting, ProcessingFailed without OCR."""
        noticed: list[DocumentWarning] = []
        with _opened(path) as document:
            blocks = tuple(_range_blocks(document, pages, noticed))
        return ParsedRange(index=pages.index, blocks=blocks, warnings=combined([*noticed, *_hidden_in(blocks)]))


def _is_scanned(document: Any, index: int) -> bool:
    if index % _PAGES_BETWEEN_EMPTYING == 0:
        pymupdf.TOOLS.store_shrink(100)  # what MuPDF keeps of pages seen before grows with the document
    return page_needs_ocr(document[index]) is not None


@contextmanager
def _opened(path: Path) -> Iterator[Any]:
    """The document, MuPDF's complaints kept off the terminal and written to the log."""
    if path.stat().st_size == 0:
        raise FileEmpty
    pymupdf.TOOLS.mupdf_display_errors(False)
    pymupdf.TOOLS.mupdf_display_warnings(False)
    pymupdf.TOOLS.reset_mupdf_warnings()
    with reading("a PDF"), pymupdf.open(str(path), filetype="pdf") as document:
        if document.needs_pass:
            raise PasswordProtected
        if not document.is_pdf:
            raise CorruptFile
        try:
            yield document
        finally:
            _log_warnings()


def _log_warnings() -> None:
    text = pymupdf.TOOLS.mupdf_warnings()
    if text:
        _log.debug("pdf_warnings", extra={"count": text.count("\n") + 1, "first": text.partition("\n")[0][:200]})


def _range_blocks(document: Any, pages: PageRange, noticed: list[DocumentWarning]) -> Iterator[Block]:
    """The blocks of the range; what was noticed on its pages is added to `noticed`."""
    outline, language = _outline(document), document.language
    for first, last in windows(document.page_count):
        if last < pages.first or first > pages.last:
            continue
        numbers = [number for number in range(first, last + 1) if number not in pages.skip]
        mend_ligatures(document, [number - 1 for number in numbers])
        reasons = {number: reason for number in numbers if (reason := page_needs_ocr(document[number - 1]))}
        window = without_furniture([_page_text(document, number) for number in numbers if number not in reasons])
        style, texts = style_of(window), {page.number: page for page in window}
        for number in numbers:
            if not pages.first <= number <= pages.last:
                continue
            if reason := reasons.get(number):
                # by itself: what its neighbours hold is not known here without reading them as well
                page = recognised(document[number - 1], _page_text(document, number), reason, language)
            else:
                page = texts[number]
            noticed.extend(page.warnings)
            yield from page_blocks(page, style_of([page]) if reason else style, outline.get(number, {}))


def _page_text(document: Any, number: int) -> PageText:
    return page_text(document[number - 1], number, form=bool(document.is_form_pdf), layers=layers_off(document))


def _hidden_in(blocks: Iterable[Block]) -> Iterator[DocumentWarning]:
    for block in blocks:
        if block.hidden is not None:
            yield hidden_text(block.hidden, pages=[block.page] if block.page else ())


def _outline(document: Any) -> dict[int, dict[str, int]]:
    """Titles of the outline by the page they point to, squeezed, with their levels."""
    found: dict[int, dict[str, int]] = {}
    for level, title, number, *_ in document.get_toc()[:_MAX_OUTLINE]:
        if number > 0 and squeezed(title):
            found.setdefault(number, {})[squeezed(title)] = level
    return found
