"""What can be noticed about a document that was read: every warning's code and sentence, in one place.

A warning never stops a document. It says what was skipped, hidden or doubtful, so that no file is silently half read.
"""

from collections.abc import Iterable

from docqa.core.models import DocumentWarning, Hidden

MAX_PAGES_NAMED = 50

_SENTENCES = {
    "hidden_text": "Text that does not show on the page ({detail}) was found and kept out of the index.",
    "control_characters": "Invisible characters (zero width or direction controls) were removed from the text.",
    "page_unreadable": "A page could not be read and was skipped.",
    "page_without_text": "A page has no text that could be read.",
    "read_by_ocr": "Pages without a usable text layer were read by character recognition.",
    "low_confidence": "Character recognition was unsure of much of a page: its text may be wrong.",
    "unusable_text_layer": "The text layer of a page is garbage; the page was read as a picture.",
    "attachment_skipped": "An attached or embedded file was not read ({detail}).",
    "part_unreadable": "A part of the file could not be read and was skipped ({detail}).",
    "external_content": "The file refers to content elsewhere, which was not fetched.",
    "active_content": "The file holds macros or scripts, which were not run.",
    "hidden_slide": "Hidden slides were read.",
    "truncated": "A part of the file is larger than can be read; what goes beyond was left out ({detail}).",
    "undecodable_characters": "Characters could not be decoded and were replaced.",
    "uneven_rows": "Rows have more or fewer cells than the header has names.",
    "record_unreadable": "Lines that are not JSON were skipped.",
    "unclosed_quote": "A quotation mark is never closed; it was read as part of the text.",
    "formula_without_value": "Formulas without a stored value were left out; save the file in a spreadsheet program.",
    "nested_too_deep": "Content that is nested too deep was left out.",
}
CODES = frozenset(_SENTENCES)
_HIDDEN = {
    Hidden.WHITE: "in the colour of its background",
    Hidden.TINY: "too small to read",
    Hidden.OFF_PAGE: "outside the page",
    Hidden.COVERED: "behind a picture or shape",
    Hidden.INVISIBLE: "formatted as invisible",
    Hidden.ALT_TEXT: "descriptions of pictures",
    Hidden.SHEET: "hidden sheets",
    Hidden.ROW: "hidden rows",
    Hidden.COLUMN: "hidden columns",
}


def warning(code: str, *, detail: str | None = None, count: int = 1, pages: Iterable[int] = ()) -> DocumentWarning:
    """A warning with its sentence. Raises KeyError for a code that is not in the catalogue."""
    message = _SENTENCES[code].replace(" ({detail})", f" ({detail})" if detail else "")
    return DocumentWarning(
        code=code, message=message, detail=detail, count=count, pages=tuple(sorted(set(pages))[:MAX_PAGES_NAMED])
    )


def hidden_text(reason: Hidden, *, count: int = 1, pages: Iterable[int] = ()) -> DocumentWarning:
    """The warning that goes with blocks of this `hidden` reason."""
    return warning("hidden_text", detail=_HIDDEN[reason], count=count, pages=pages)


def combined(warnings: Iterable[DocumentWarning]) -> tuple[DocumentWarning, ...]:
    """One warning for each code and detail, counts added, pages united, in the order they first came."""
    found: dict[tuple[str, str | None], DocumentWarning] = {}
    for one in warnings:
        key = (one.code, one.detail)
        if key in found:
            pages = tuple(sorted({*found[key].pages, *one.pages})[:MAX_PAGES_NAMED])
            found[key] = found[key].model_copy(update={"count": found[key].count + one.count, "pages": pages})
        else:
            found[key] = one
    return tuple(found.values())
