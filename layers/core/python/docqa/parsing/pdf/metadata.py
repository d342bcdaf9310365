"""What a PDF says of itself, and what of it is not read: attached files, scripts, references to other files."""

import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

from docqa.core.models import DocumentMetadata, DocumentWarning
from docqa.core.noticed import warning
from docqa.parsing.pdf.lines import clean

_DATE = re.compile(r"(?:D:)?(\d{4})(\d{2})?(\d{2})?(\d{2})?(\d{2})?(\d{2})?\s*(?:([+-])(\d{2})'?(\d{2})?'?|Z)?")
_MAX_CHARS = 500
_MAX_NAMES = 20
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{1,8})*")
_ROMAN = ((1000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc"), (50, "l"), (40, "xl"))
_ROMAN_ONES = ((10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i"))


def metadata_of(document: Any) -> DocumentMetadata:
    """Title, author, dates, language and page labels of a PyMuPDF document."""
    said = document.metadata or {}
    return DocumentMetadata(
        title=_text(said.get("title")),
        author=_text(said.get("author")),
        created_at=_date(said.get("creationDate")),
        modified_at=_date(said.get("modDate")),
        language=_language(document),
        page_labels=_labels(document.get_page_labels(), document.page_count),
    )


def _text(value: object) -> str | None:
    return clean(str(value or ""))[:_MAX_CHARS] or None


def _date(value: object) -> datetime | None:
    """A PDF date (PDF 32000-1, 7.9.4); UTC where it names no zone."""
    match = _DATE.match(str(value or "").strip())
    if not match:
        return None
    year, month, day, hour, minute, second = (int(part) if part else None for part in match.groups()[:6])
    sign, hours, minutes = match.groups()[6:]
    offset = timedelta(hours=int(hours or 0), minutes=int(minutes or 0)) * (-1 if sign == "-" else 1)
    try:
        zone = timezone(offset) if sign else UTC
        return datetime(year or 1, month or 1, day or 1, hour or 0, minute or 0, second or 0, tzinfo=zone)
    except ValueError:
        return None


def _language(document: Any) -> str | None:
    kind, value = document.xref_get_key(document.pdf_catalog(), "Lang")
    return value if kind == "string" and _LANGUAGE.fullmatch(value) else None


def _labels(rules: Sequence[dict[str, Any]], count: int) -> tuple[str, ...]:
    """The label of each page, or none if they are 1, 2, 3, … (PDF 32000-1, 12.4.2)."""
    if not rules:
        return ()
    ordered = sorted(rules, key=lambda rule: rule["startpage"])
    labels: list[str] = []
    for number in range(count):
        rule = next((rule for rule in reversed(ordered) if rule["startpage"] <= number), None)
        labels.append(_label(rule, number) if rule else str(number + 1))
    return tuple(labels) if labels != [str(number + 1) for number in range(count)] else ()


def _label(rule: dict[str, Any], page: int) -> str:
    number = page - rule["startpage"] + (rule.get("firstpagenum") or 1)
    style = rule.get("style") or ""
    written = {"D": str(number), "r": _roman(number), "R": _roman(number).upper(), "a": _letter(number),
               "A": _letter(number).upper()}.get(style, "")  # fmt: skip
    return clean(f"{rule.get('prefix') or ''}{written}")[:50]


def _roman(number: int) -> str:
    if not 0 < number < 5000:
        return str(number)
    text = ""
    for value, letters in _ROMAN + _ROMAN_ONES:
        text += letters * (number // value)
        number %= value
    return text


def _letter(number: int) -> str:
    """a … z, aa … zz, aaa …"""
    return chr(ord("a") + (number - 1) % 26) * min(1 + (number - 1) // 26, 20) if number > 0 else str(number)


def noticed_in(document: Any) -> Iterator[DocumentWarning]:
    """What the file carries besides its pages."""
    for name in document.embfile_names()[:_MAX_NAMES]:
        yield warning("attachment_skipped", detail=clean(name)[:100] or None)
    if any(_actions(document)):
        yield warning("active_content")
    if _key(document, "AcroForm/XFA"):
        yield warning("external_content")


def _actions(document: Any) -> Iterator[str]:
    yield _key(document, "Names/JavaScript")
    yield _key(document, "AA")
    action = _key(document, "OpenAction/S")
    yield action if action in ("/JavaScript", "/Launch", "/ImportData", "/SubmitForm") else ""


def _key(document: Any, path: str) -> str:
    """The value at a path of the catalogue as PDF source; empty if it is not there."""
    kind, value = document.xref_get_key(document.pdf_catalog(), path)
    return str(value) if kind != "null" else ""
