"""Pages of a PDF whose text comes from character recognition, with what an owner should know of them."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any

from docqa.core.models import DocumentWarning
from docqa.core.noticed import warning
from docqa.parsing.ocr.image import MAX_PICTURE_BYTES
from docqa.parsing.ocr.reader import DOUBTFUL, Recognised, read_page
from docqa.parsing.pdf.lines import Line, PageText
from docqa.parsing.pdf.scan import Reason, drawn_on


def recognised(page: Any, text: PageText, reason: Reason, language: str | None) -> PageText:
    """The page with the lines that are recognised on it.

    text: what its text layer holds. Of that a stamp or a running head that is set in type over a scan keeps its own
    words, if it shows; notes and what is hidden stay. The short text layer of a searchable scan stays if no more than
    that can be recognised. language: what the document says it is in.
    """
    garbage, layer = reason is Reason.GARBAGE, [line for line in text.lines if line.cells is None]
    unseen = drawn_on(page).unseen_text
    read = read_page(page, language=language, printed=() if garbage or unseen else layer)
    if unseen and not garbage and layer and _amount(read.lines) <= _amount(layer):
        return text
    noticed = (*(() if garbage else text.warnings), *_noticed(read, text.number, reason))
    return replace(text, lines=read.lines, hidden=() if garbage else text.hidden, warnings=noticed)


def _amount(lines: Iterable[Line]) -> int:
    return sum(len(line.text) for line in lines)


def _noticed(read: Recognised, number: int, reason: Reason) -> Iterator[DocumentWarning]:
    if read.too_large:
        limit = f"pictures of more than {MAX_PICTURE_BYTES / 1e6:.0f} megabytes"
        yield warning("truncated", detail=limit, pages=[number])
        return
    if read.blank:
        return
    if reason is Reason.GARBAGE:
        yield warning("unusable_text_layer", pages=[number])
    if not read.lines:
        yield warning("page_without_text", pages=[number])
        return
    yield warning("read_by_ocr", pages=[number])
    if read.confidence is not None and read.confidence < DOUBTFUL:
        yield warning("low_confidence", pages=[number])
