"""One worksheet opened: what stands before and after its rows, and the rows themselves."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from lxml import etree

from docqa.parsing.xlsx.lines import Rendering, hidden_columns, wanted_strings
from docqa.parsing.xlsx.rows import Row, SheetStream, area
from docqa.parsing.xlsx.strings import strings
from docqa.parsing.xlsx.tables import Area
from docqa.parsing.xlsx.workbook import Sheet, Workbook

_MERGED_OR_LINKED = (b"mergeCell ", b"hyperlink ")


def filled(piece: bytes) -> bool:
    """Whether a row's XML holds a value; the same when a sheet is planned and when it is read."""
    return b"v>" in piece or b"is>" in piece


@contextmanager
def opened_sheet(workbook: Workbook, sheet: Sheet) -> Iterator[SheetStream]:
    """Raises CorruptFile."""
    with workbook.open_sheet(sheet) as file:
        yield SheetStream(file)


def rendering(workbook: Workbook, stream: SheetStream) -> Rendering:
    """What turns this sheet's rows into lines."""
    columns = _elements(stream, stream.head, b"cols")
    return Rendering(workbook.styles, hidden_columns=hidden_columns(columns))


def look_up(workbook: Workbook, rows: list[Row], *renderings: Rendering) -> None:
    """Fetch the strings that rows point to."""
    wanted = wanted_strings(rows)
    file = workbook.open_strings() if wanted else None
    if file is not None:
        with file:
            found = strings(file, wanted)
        for one in renderings:
            one.add_strings(found)


def merges_of(stream: SheetStream, tail: bytes) -> list[Area]:
    found = (area(element.get("ref", "")) for element in _elements(stream, tail, b"mergeCells"))
    return [one for one in found if one]


def link_elements(stream: SheetStream, tail: bytes) -> list[Any]:
    return _elements(stream, tail, b"hyperlinks")


def matters(tail: bytes) -> bool:
    """Whether what follows the rows says something about them."""
    return any(mark in tail for mark in _MERGED_OR_LINKED)


def _elements(stream: SheetStream, xml: bytes, name: bytes) -> list[Any]:
    """The children of the element with this name in a part of the sheet's XML; none where it is not there."""
    start = xml.find(b"<" + stream.prefix + name)
    closing = b"</" + stream.prefix + name + b">"
    end = xml.find(closing, start)
    if start < 0 or end < 0:
        return []
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, remove_comments=True, huge_tree=True
    )
    document = etree.fromstring(
        stream.root + xml[start : end + len(closing)] + b"</" + stream.prefix + b"worksheet>", parser
    )
    return list(document[0])
