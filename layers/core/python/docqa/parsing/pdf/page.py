"""Everything that is read from one PDF page before its layout is worked out."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

import pymupdf

from docqa.core.models import DocumentWarning, Hidden
from docqa.core.noticed import warning
from docqa.parsing.pdf.drawn import inside, ruled_tables
from docqa.parsing.pdf.lines import Line, PageText, read_lines
from docqa.parsing.pdf.links import addresses, page_links, with_links
from docqa.parsing.pdf.marks import notes_of, with_fields
from docqa.parsing.pdf.rules import page_paths

_UNMAPPED = frozenset("\ufffd")
_PRIVATE = range(0xE000, 0xF8FF + 1)
_SYMBOLS = range(0xF020, 0xF100)
"""Where fonts of symbols (bullets, arrows) put theirs."""


def page_text(page: Any, number: int, *, form: bool, layers: Sequence[int]) -> PageText:
    """A page's text, tables, notes and what was noticed. `form`: the file has form fields. `layers`: numbers of the
    layers that are switched off."""
    paths = page_paths(page)
    lines = read_lines(page, paths)
    noticed = list(_noticed_in_text(lines, number))
    links = page_links(page)
    noticed.extend(_noticed_in_links(page, links, number))
    targets = addresses(page, links)
    lines = with_links(page, lines, targets)
    if form:
        lines = with_fields(page, lines)
    lines, notes, more = notes_of(page, number, lines)
    shown = [line for line in lines if line.hidden is None]
    hidden = [line for line in lines if line.hidden is not None]
    if layers:
        hidden.extend(_on_layers(page, lines, layers))
    tables = ruled_tables(page, paths, shown) if shown else []
    kept = [line for line in shown if not any(inside(line, table) for table in tables)]
    return PageText(
        number,
        page.rect.width,
        page.rect.height,
        (*kept, *tables),
        tuple(hidden),
        tuple(notes),
        (*noticed, *more),
        tuple(targets),
    )


def layers_off(document: Any) -> list[int]:
    """Numbers, as MuPDF counts them, of the layers (optional content groups) that are not shown."""
    groups = document.get_ocgs()
    if all(group["on"] for group in groups.values()):
        return []
    pdf = pymupdf._as_pdf_document(document)
    count = min(pymupdf.mupdf.pdf_count_layers(pdf), 1_000)
    return [layer for layer in range(count) if not pymupdf.mupdf.pdf_layer_is_enabled(pdf, layer)]


def _on_layers(page: Any, lines: Sequence[Line], layers: Sequence[int]) -> Iterator[Line]:
    """The lines that appear when the layers are switched on."""
    pdf = pymupdf._as_pdf_document(page.parent)
    known = {(line.text, line.box) for line in lines}
    _switch(pdf, layers, 1)
    try:
        for line in read_lines(page):
            if (line.text, line.box) not in known:
                yield replace(line, hidden=line.hidden or Hidden.INVISIBLE)
    finally:
        _switch(pdf, layers, 0)


def _switch(pdf: Any, layers: Sequence[int], state: int) -> None:
    for layer in layers:
        pymupdf.mupdf.pdf_enable_layer(pdf, layer, state)


def _noticed_in_text(lines: Sequence[Line], number: int) -> Iterator[DocumentWarning]:
    unmapped = sum(map(_is_unmapped, "".join(line.text for line in lines if not line.text.isascii())))
    if unmapped:
        yield warning("undecodable_characters", count=unmapped, pages=[number])


def _is_unmapped(char: str) -> bool:
    return char in _UNMAPPED or (ord(char) in _PRIVATE and ord(char) not in _SYMBOLS)


def _noticed_in_links(page: Any, links: Sequence[dict[str, Any]], number: int) -> Iterator[DocumentWarning]:
    """Links that start a program or lead into another file. (PyMuPDF gives both as one kind.)"""
    actions = {
        page.parent.xref_get_key(link["xref"], "A/S")[1]
        for link in links
        if link["kind"] in (pymupdf.LINK_LAUNCH, pymupdf.LINK_GOTOR) and link.get("xref")
    }
    if actions & {"/Launch", "/JavaScript"}:
        yield warning("active_content", pages=[number])
    if "/GoToR" in actions:
        yield warning("external_content", pages=[number])
