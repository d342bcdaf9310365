"""What is laid over a PDF page: form fields, read in their places, and annotations, read as notes."""

from collections.abc import Iterator, Sequence
from typing import Any

import pymupdf

from docqa.core.models import Block, BlockKind, Box, DocumentWarning, Hidden
from docqa.core.noticed import warning
from docqa.parsing.pdf.headings import squeezed
from docqa.parsing.pdf.lines import Line, Rect, clean
from docqa.parsing.tables import page_box

_MAX_MARKS = 2_000
_MAX_CHARS = 20_000
_HIDDEN_FLAGS = 2 | 32  # hidden, no view: PDF 32000-1, table 165
_PASSWORD = 1 << 13
_TOGGLES = (pymupdf.PDF_WIDGET_TYPE_CHECKBOX, pymupdf.PDF_WIDGET_TYPE_RADIOBUTTON)
_VALUES = (pymupdf.PDF_WIDGET_TYPE_TEXT, pymupdf.PDF_WIDGET_TYPE_COMBOBOX, pymupdf.PDF_WIDGET_TYPE_LISTBOX)
_NO_NOTES = (
    pymupdf.PDF_ANNOT_LINK,
    pymupdf.PDF_ANNOT_POPUP,
    pymupdf.PDF_ANNOT_WIDGET,
    pymupdf.PDF_ANNOT_FILE_ATTACHMENT,
)
_PLAYED = (
    pymupdf.PDF_ANNOT_RICH_MEDIA,
    pymupdf.PDF_ANNOT_SOUND,
    pymupdf.PDF_ANNOT_MOVIE,
    pymupdf.PDF_ANNOT_SCREEN,
    pymupdf.PDF_ANNOT_3D,
)
_USUAL_SIZE = 10.0
_BESIDE = 150.0


def with_fields(page: Any, lines: Sequence[Line]) -> list[Line]:
    """The lines with the form's values that are not printed, and with "[x]" or "[ ]" for its check boxes."""
    found = list(lines)
    for field in _chain(page.first_widget):
        box: Rect = tuple(pymupdf.Rect(field.rect) * page.rotation_matrix)
        printed = [line for line in found if _within(box, line.box)]
        text = _value(field)
        if field.field_flags & _PASSWORD and field.field_type == pymupdf.PDF_WIDGET_TYPE_TEXT:
            found = [line for line in found if line not in printed]
        if not text or box[2] <= box[0] or box[3] <= box[1]:
            continue
        beside = [line for line in lines if line not in printed and _is_beside(line.box, box)]
        if beside and squeezed(text) and squeezed(text) in squeezed(" ".join(line.text for line in printed)):
            continue
        found = [line for line in found if line not in printed]
        hidden = Hidden.INVISIBLE if field.field_display in (1, 3) else None
        text = text if beside or not (name := _name(field)) else f"{name}: {text}"
        size = (printed or beside)[0].size if printed or beside else _USUAL_SIZE
        found.append(Line(text, box, *box, size=size, bold=False, hidden=hidden))
    return found


def _value(field: Any) -> str:
    if field.field_type in _TOGGLES:
        return "[x]" if field.field_value not in (None, False, "", "Off") else "[ ]"
    if field.field_type not in _VALUES or field.field_flags & _PASSWORD:
        return ""
    value = field.field_value
    return clean(" ".join(map(str, value)) if isinstance(value, list | tuple) else str(value or ""))[:_MAX_CHARS]


def _name(field: Any) -> str:
    return clean(str(field.field_label or field.field_name or ""))[:100]


def _is_beside(line: Rect, box: Rect) -> bool:
    """Whether a printed text can be a field's label: on its row, or right above it."""
    on_row = min(line[3], box[3]) - max(line[1], box[1]) > 0.4 * min(line[3] - line[1], box[3] - box[1])
    gap = max(box[0] - line[2], line[0] - box[2])
    above = 0 <= box[1] - line[3] < 20 and line[0] < box[2] and box[0] < line[2]
    return (on_row and gap < _BESIDE) or above


def notes_of(page: Any, number: int, lines: Sequence[Line]) -> tuple[list[Line], list[Block], list[DocumentWarning]]:
    """The lines without those of free text annotations; the annotations as notes; what else was seen."""
    found = list(lines)
    notes: list[Block] = []
    noticed: list[DocumentWarning] = []
    for annotation in _chain(page.first_annot):
        kind = annotation.type[0]
        if kind == pymupdf.PDF_ANNOT_FILE_ATTACHMENT:
            noticed.append(warning("attachment_skipped", detail=_file_name(annotation), pages=[number]))
        elif kind in _PLAYED:
            noticed.append(warning("external_content", pages=[number]))
        text = clean(str(annotation.info.get("content") or ""))[:_MAX_CHARS]
        if kind in _NO_NOTES or not text:
            continue
        box: Rect = tuple(pymupdf.Rect(annotation.rect) * page.rotation_matrix)
        if kind == pymupdf.PDF_ANNOT_FREE_TEXT:
            found = [line for line in found if not (_within(box, line.box) and squeezed(line.text) in squeezed(text))]
        hidden = Hidden.INVISIBLE if annotation.flags & _HIDDEN_FLAGS else None
        notes.append(Block(kind=BlockKind.NOTE, text=text, page=number, boxes=_boxes(number, box), hidden=hidden))
    return found, notes, noticed


def _chain(first: Any) -> Iterator[Any]:
    """A page's annotations or fields, _MAX_MARKS at most. (`page.annots()` fails on those without a number.)"""
    mark, count = first, 0
    while mark is not None and count < _MAX_MARKS:
        yield mark
        mark, count = mark.next, count + 1


def _file_name(annotation: Any) -> str | None:
    return clean(str(annotation.file_info.get("filename") or ""))[:100] or None


def _boxes(number: int, box: Rect) -> tuple[Box, ...]:
    return (page_box(number, box),) if box[2] > box[0] and box[3] > box[1] else ()


def _within(outer: Rect, inner: Rect) -> bool:
    x, y = (inner[0] + inner[2]) / 2, (inner[1] + inner[3]) / 2
    return outer[0] - 1 <= x <= outer[2] + 1 and outer[1] - 1 <= y <= outer[3] + 1
