"""Plain text in any encoding. A large file is read in ranges of bytes that end between paragraphs."""

from pathlib import Path
from typing import BinaryIO, ClassVar

from docqa.core.errors import FileEmpty
from docqa.core.models import DocumentPlan, Format, PageRange, ParsedRange
from docqa.core.noticed import warning
from docqa.parsing.boundary import reading
from docqa.parsing.encoding import detect_encoding
from docqa.parsing.text.blocks import text_blocks

RANGE_BYTES = 2 * 1024 * 1024
_HEAD_BYTES = 256 * 1024
_SEARCHED_BYTES = 64 * 1024
"""How far after its nominal end a range looks for the end of a paragraph."""


class TextParser:
    """Parser of plain text; see the module."""

    format: ClassVar[Format] = Format.TEXT
    version: ClassVar[str] = "text-1"

    def plan(self, path: Path, *, max_pages: int) -> DocumentPlan:
        """One range, or as many as a large file needs. Raises FileEmpty."""
        return DocumentPlan(page_count=None, ranges=plan_ranges(path))

    def parse(self, path: Path, pages: PageRange) -> ParsedRange:
        """Raises CorruptFile."""
        with reading("a text"):
            text, broken = range_text(path, pages)
            warnings = (warning("undecodable_characters", count=broken),) if broken else ()
            return ParsedRange(index=pages.index, blocks=tuple(text_blocks(text)), warnings=warnings)


def plan_ranges(path: Path) -> tuple[PageRange, ...]:
    """Ranges of about 2 MiB; their `offset` is where they begin. Raises FileEmpty."""
    size = path.stat().st_size
    with path.open("rb") as file:
        head = file.read(_HEAD_BYTES)
        if not head.strip(b"\x00 \t\r\n\xef\xbb\xbf\xff\xfe"):
            raise FileEmpty
        if size <= 2 * RANGE_BYTES:
            return (PageRange(index=0, first=1, last=1),)
        wide = _is_wide(detect_encoding(head))
        count = max(size // RANGE_BYTES, 1)
        starts = [_start(file, index, wide=wide) for index in range(count)]
    return tuple(
        PageRange(index=index, first=index + 1, last=index + 1, offset=start) for index, start in enumerate(starts)
    )


def range_text(path: Path, pages: PageRange) -> tuple[str, int]:
    """The decoded text of a range, and how many characters of it could not be decoded."""
    size = path.stat().st_size
    with path.open("rb") as file:
        head = file.read(_HEAD_BYTES)
        encoding = detect_encoding(head)
        wide = _is_wide(encoding)
        start = pages.offset or 0
        is_last = pages.offset is None or pages.index + 1 >= size // RANGE_BYTES
        end = size if is_last else _start(file, pages.index + 1, wide=wide)
        file.seek(start)
        data = file.read(max(end - start, 0))
    if not wide and head.isascii():
        encoding = detect_encoding(data)
    elif start:
        encoding = _without_mark(encoding, head)
    text = data.decode(encoding, "replace").removeprefix("\ufeff").replace("\x00", "")
    return text, text.count("\ufffd")


def _is_wide(encoding: str) -> bool:
    return encoding.startswith(("utf-16", "utf-32"))


def _without_mark(encoding: str, head: bytes) -> str:
    """The codec of the middle of a file whose byte order mark stands at its beginning."""
    if encoding in ("utf-16", "utf-32"):
        return f"{encoding}-be" if head[:2] in (b"\xfe\xff", b"\x00\x00") else f"{encoding}-le"
    return encoding.removesuffix("-sig")


def _start(file: BinaryIO, index: int, *, wide: bool) -> int:
    """Where a range begins: with the first paragraph after its nominal place, else a line, else there."""
    at = index * RANGE_BYTES
    if at == 0 or wide:
        return at  # a multiple of four: never amid a character but for one in two halves
    file.seek(at)
    data = file.read(_SEARCHED_BYTES)
    for mark in (b"\n\n", b"\r\n\r\n", b"\n", b"\r"):
        found = data.find(mark)
        if found >= 0:
            return at + found + len(mark)
    return at
