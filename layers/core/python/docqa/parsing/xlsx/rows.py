"""Rows of a worksheet, read as a stream of bytes: from the byte of any row on, without holding the sheet.

A row's cells are taken by one pattern, which fits what spreadsheet programs write and is four times as fast as an XML
parser; whatever it does not fit to the last character is read by the XML parser.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO, Any

from lxml import etree

from docqa.core.errors import CorruptFile, TooManyPages

MAX_ROW_BYTES = 16 * 1024 * 1024
MAX_HEAD_BYTES = 4 * 1024 * 1024
MAX_TAIL_BYTES = 32 * 1024 * 1024
"""Merged cells and links stand after the rows; with more of them the rows are read without."""
_CHUNK_BYTES = 512 * 1024
_ROOT = re.compile(rb"<((?:[\w.-]+:)?)worksheet\b[^>]*>")
_CELL = re.compile(
    r'(<c r="([A-Z]{1,3})\d+"(?: s="(\d+)")?(?: t="([A-Za-z]+)")?(?:/>|>'
    r"(<f[^>]*/>|<f[^>]*>[^<]*</f>)?(?:<v/>|<v>([^<&]*)</v>)?"
    r'(?:<is><t(?: xml:space="preserve")?>([^<&]*)</t></is>)?</c>))'
)
_DATA = re.compile(rb"<(?:[\w.-]+:)?sheetData\b[^>]*?(/?)>")
_NUMBER = re.compile(r'(?:^| )r="(\d{1,8})"')
_HIDDEN = re.compile(r'(?:^| )hidden="(?:1|true)"')
_REFERENCE = re.compile(r"\$?([A-Za-z]{1,3})\$?(\d{1,7})")


Cell = tuple[int, int, str, str, bool]
"""Column from 0, style, type as in the file ("n" unless given), value ("" where there is none), has a formula."""


@dataclass(slots=True)
class Row:
    """`number` as in the margin of the sheet, from 1. `offset`: the byte of the sheet's XML that it begins at."""

    number: int
    offset: int
    hidden: bool
    cells: list[Cell]


class SheetStream:
    """The XML of one worksheet. Raises CorruptFile where it is none."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        data = b""
        while (found := _data_start(data)) is None:
            chunk = file.read(_CHUNK_BYTES)
            data += chunk
            if not chunk or len(data) > MAX_HEAD_BYTES:
                raise CorruptFile("A sheet of the workbook is broken and cannot be read.")
        root = _ROOT.search(data)
        if root is None or b"\0" in data[: root.end()]:
            raise CorruptFile("A sheet of the workbook is broken and cannot be read.")
        self.prefix = root[1]
        self.root = root.group()
        self.head = data[root.end() : found[0]]
        self.start = found[1]
        """The byte after <sheetData>."""
        self.empty = found[2]
        self.tail_offset = found[1] if self.empty else 0
        self._rest, self._at = data[found[1] :], found[1]

    def pieces(self, start: int | None = None) -> Iterator[tuple[int, bytes]]:
        """Each row's XML without its first letters ("<row"), and the byte it begins at. `start`: a row's byte."""
        if self.empty:
            return
        data = self._from(self.start if start is None else start)
        mark, end = b"<" + self.prefix + b"row", b"</" + self.prefix + b"sheetData"
        at, stop = self._at, -1
        while stop < 0:
            self._rest, self._at = data, at  # where reading goes on if it stops here
            stop = data.find(end)
            body = data if stop < 0 else data[:stop]
            first = body.find(mark)
            rest = body
            if first >= 0:
                at += first
                parts = body[first + len(mark) :].split(mark)
                rest = mark + parts.pop() if stop < 0 else b""
                for part in parts:
                    yield at, part
                    at += len(mark) + len(part)
            if stop < 0:
                data = rest + self._more(len(rest))
        self.tail_offset = at
        self._rest, self._at = data[stop:], at

    def _more(self, held: int) -> bytes:
        if held > MAX_ROW_BYTES:
            raise TooManyPages("A row of the workbook is larger than can be read. Split it.")
        chunk = self._file.read(_CHUNK_BYTES)
        if not chunk:
            raise CorruptFile("A sheet of the workbook is cut off.")
        return chunk

    def tail(self, offset: int | None = None) -> bytes:
        """What follows the rows, from that byte or, once they have been read to their end, from there.

        Nothing where it is larger than can be read.
        """
        rest = self._rest if offset is None else self._from(offset)
        while len(rest) <= MAX_TAIL_BYTES and (chunk := self._file.read(_CHUNK_BYTES)):
            rest += chunk
        return rest if len(rest) <= MAX_TAIL_BYTES else b""

    def _from(self, offset: int) -> bytes:
        """The bytes at hand from `offset` on; those before it are passed over. Only forwards."""
        skip = offset - self._at
        if skip < 0:
            raise ValueError("a sheet is read forwards")
        while skip > len(self._rest):
            skip -= len(self._rest)
            self._at += len(self._rest)
            self._rest = self._file.read(1024 * 1024)
            if not self._rest:
                raise CorruptFile("A sheet of the workbook is cut off.")
        self._rest, self._at = self._rest[skip:], offset
        return self._rest

    def row(self, offset: int, piece: bytes, previous: int) -> Row:
        """A row from its piece; one without a number stands after the `previous` one."""
        text = piece.decode("utf-8", "replace")
        attributes, _, body = text.partition(">")
        number = _NUMBER.search(attributes)
        row = Row(int(number[1]) if number else previous + 1, offset, _HIDDEN.search(attributes) is not None, [])
        if attributes.endswith("/"):
            return row
        if not self.prefix:
            body = body[: body.rfind("</row>")]
            found = _CELL.findall(body)
            if sum([len(cell[0]) for cell in found]) == len(body):
                row.cells = [
                    (_COLUMNS[column], int(style or 0), type or "n", value or inline, bool(formula))
                    for _, column, style, type, formula, value, inline in found
                    if value or inline or formula
                ]
                return row
        row.cells = self._parsed_cells(piece)
        return row

    def _parsed_cells(self, piece: bytes) -> list[Cell]:
        closing = b"</" + self.prefix + b"row>"
        row = b"<" + self.prefix + b"row" + piece[: piece.rfind(closing)] + closing
        parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, remove_comments=True)
        document = etree.fromstring(self.root + row + b"</" + self.prefix + b"worksheet>", parser)
        cells: list[Cell] = []
        column = -1
        for element in document[0].iterchildren("{*}c"):
            place = _REFERENCE.fullmatch(element.get("r", ""))
            column = _COLUMNS[place[1].upper()] if place else column + 1
            value, formula = "", False
            for child in element:
                name = etree.QName(child).localname
                formula |= name == "f"
                if name == "v":
                    value = child.text or ""
                elif name == "is":
                    value = string_text(child)
            style = element.get("s", "")
            if value or formula:
                cells.append((column, int(style) if style.isdecimal() else 0, element.get("t") or "n", value, formula))
        return cells


def string_text(element: Any) -> str:
    """The text of a string item (ECMA-376 part 1, 18.4.8): its runs, without the readings of East Asian characters."""
    parts: list[str] = []
    for child in element:
        name = etree.QName(child).localname
        if name == "t":
            parts.append(child.text or "")
        elif name == "r":
            parts += [text.text or "" for text in child.iterchildren("{*}t")]
    return "".join(parts)


def reference(text: str) -> tuple[int, int] | None:
    """Row from 1 and column from 0 of "B7"."""
    match = _REFERENCE.fullmatch(text)
    return (int(match[2]), _COLUMNS[match[1].upper()]) if match else None


def area(text: str) -> tuple[int, int, int, int] | None:
    """First row, first column, last row, last column of "B7:C9" or "B7"."""
    first, _, last = text.partition(":")
    begin, end = reference(first), reference(last or first)
    return (*begin, *end) if begin and end else None


def _data_start(data: bytes) -> tuple[int, int, bool] | None:
    """Where <sheetData> begins and ends, and whether it is empty."""
    match = _DATA.search(data)
    return (match.start(), match.end(), match[1] == b"/") if match else None


class _Columns(dict[str, int]):
    """A is 0, Z 25, AA 26."""

    def __missing__(self, letters: str) -> int:
        number = 0
        for letter in letters:
            number = number * 26 + ord(letter) - 64
        self[letters] = number - 1
        return number - 1


_COLUMNS = _Columns()
