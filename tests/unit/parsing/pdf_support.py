"""What the tests of PDF parsing share: reading a file, and looking at what lies in a box."""

import unicodedata
from collections.abc import Iterator
from pathlib import Path

import pymupdf

from docqa.core.models import Block, BlockKind, Box, DocumentWarning
from docqa.parsing.pdf.parser import PdfParser


def blocks_of(path: Path) -> list[Block]:
    """The blocks of all ranges."""
    plan = PdfParser().plan(path, max_pages=500)
    return [block for pages in plan.ranges for block in PdfParser().parse(path, pages).blocks]


def warnings_of(path: Path) -> list[DocumentWarning]:
    """The warnings of all ranges."""
    plan = PdfParser().plan(path, max_pages=500)
    return [noticed for pages in plan.ranges for noticed in PdfParser().parse(path, pages).warnings]


def texts(path: Path, kind: BlockKind) -> list[str]:
    """The texts of the blocks of one kind."""
    return [block.text for block in blocks_of(path) if block.kind is kind]


def letters(text: str) -> str:
    """Letters and digits only, with ligatures taken apart, for comparing what is printed with what was read."""
    return "".join(char for char in unicodedata.normalize("NFKC", text) if char.isalnum())


def printed_in(page: pymupdf.Page, box: Box) -> str:
    """The letters printed in a box of the displayed page, a point of slack around it."""
    area = pymupdf.Rect(box.x0 - 1, box.y0 - 1, box.x1 + 1, box.y1 + 1) * page.derotation_matrix
    words = [word[4] for word in page.get_text("words") if pymupdf.Rect(word[:4]) in area]
    return letters("".join(words))


def misplaced(path: Path) -> Iterator[str]:
    """A line for each span of the document whose box does not hold its words."""
    with pymupdf.open(path) as document:
        for block in blocks_of(path):
            for span in block.spans:
                said = block.text[span.start : span.end]
                seen = printed_in(document[span.box.page - 1], span.box)
                missing = [word for word in said.split() if letters(word) not in seen]
                if missing:
                    yield f"page {span.box.page}: {missing} of {said!r} not in {seen!r}"
