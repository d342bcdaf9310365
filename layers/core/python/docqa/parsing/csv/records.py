"""Records of a delimited text of any size, read as a stream from any record on.

A record reads the same whatever stands before it: nothing is carried over from one to the next but the state after a
quotation mark that is never closed, and `clean` says when there is none.
"""

import codecs
import csv
import re
from collections import deque
from collections.abc import Iterator
from typing import BinaryIO

from docqa.core.errors import TooManyPages
from docqa.parsing.csv.dialect import Dialect, loose_cells

MAX_LINE = 8 * 1024 * 1024
"""Bytes of a line (characters in UTF-16 and UTF-32); 16,384 columns of a line have 500 each."""
MAX_RECORD_CHARS = 256 * 1024
"""A quoted cell that goes on for longer is a quotation mark that was never closed."""
_MAX_MENDS = 4
_CHUNK_BYTES = 256 * 1024
_LINE = re.compile("[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+")
_WIDE = ("utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be")

csv.field_size_limit(max(csv.field_size_limit(), MAX_LINE + MAX_RECORD_CHARS))


class Lines:
    """Lines of a text, each with its end, from byte `start` of a file on. `position`: the byte after the last one."""

    def __init__(self, file: BinaryIO, codec: str, start: int) -> None:
        self.position = start
        self.undecodable = 0
        file.seek(start)
        self._lines = self._wide(file, codec) if codec in _WIDE else self._narrow(file, codec)

    def __iter__(self) -> Iterator[str]:
        return self._lines

    def _narrow(self, file: BinaryIO, codec: str) -> Iterator[str]:
        """Line ends are single bytes that are part of no other character in all these encodings."""
        for raw in _raw_lines(file):
            self.position += len(raw)
            try:
                line = raw.decode(codec)
            except UnicodeDecodeError:
                line = raw.decode(codec, "replace")
                self.undecodable += line.count("\ufffd")
            yield line.replace("\0", "") if "\0" in line else line

    def _wide(self, file: BinaryIO, codec: str) -> Iterator[str]:
        for line in _text_lines(file, codec):
            self.position += len(line.encode(codec, "surrogatepass"))
            if not line.isascii():
                self.undecodable += line.count("\ufffd")
            yield line.replace("\0", "")


def _raw_lines(file: BinaryIO) -> Iterator[bytes]:
    rest = b""
    while chunk := file.read(_CHUNK_BYTES):
        lines = (rest + chunk).splitlines(keepends=True)
        rest = lines.pop()  # its end may be the first half of one
        yield from lines
        _check_length(len(rest))
    if rest:
        yield rest


def _text_lines(file: BinaryIO, codec: str) -> Iterator[str]:
    decoder = codecs.getincrementaldecoder(codec)("replace")
    rest = ""
    while chunk := file.read(_CHUNK_BYTES):
        lines = _LINE.findall(rest + decoder.decode(chunk))
        rest = lines.pop() if lines else ""
        yield from lines
        _check_length(len(rest))
    yield from _LINE.findall(rest + decoder.decode(b"", final=True))


def _check_length(length: int) -> None:
    if length > MAX_LINE:
        raise TooManyPages(f"A line of the table is longer than {MAX_LINE // 2**20} MiB. Split it or end its lines.")


class _Unclosed(Exception):
    """A quoted cell goes on to the end of the file, or for longer than any cell does."""


class _Feed:
    """Gives lines to csv.reader and keeps those of the record at hand, to read them another way if need be."""

    def __init__(self, lines: Lines) -> None:
        self._lines = lines
        self._next_line = iter(lines).__next__
        self.given: list[str] = []
        self.ends: list[int] = []
        self.waiting: deque[tuple[str, int]] = deque()
        self._size = 0

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        try:
            line, end = self.waiting.popleft() if self.waiting else (self._next_line(), self._lines.position)
        except StopIteration:
            if self.given:
                raise _Unclosed from None
            raise
        if self.given:
            self._size += len(line)
            if self._size > MAX_RECORD_CHARS:
                self.waiting.appendleft((line, end))
                raise _Unclosed
        self.given.append(line)
        self.ends.append(end)
        return line

    def begin(self) -> None:
        """The next line is the first of a record."""
        self.given.clear()
        self.ends.clear()
        self._size = 0

    def give_back(self) -> tuple[str, int]:
        """The first line of the record at hand and where it ends; the others wait to be read again."""
        self.waiting.extendleft(reversed(list(zip(self.given[1:], self.ends[1:], strict=True))))
        return self.given[0], self.ends[0]


class Records:
    """Records from byte `start` of a file on, cells as written. `position`: the byte after the record given last."""

    def __init__(self, file: BinaryIO, codec: str, dialect: Dialect, start: int) -> None:
        self.lines = Lines(file, codec, start)
        self.position = start
        self.unclosed = 0
        self.mended = 0
        self._dialect = dialect
        self._feed = _Feed(self.lines)
        self._mends = 0

    @property
    def clean(self) -> bool:
        """Whether reading from `position` anew would give the same records."""
        return not self._mends

    def __iter__(self) -> Iterator[list[str]]:
        feed, ends = self._feed, self._feed.ends
        reader = csv.reader(feed, **self._dialect.options())
        while True:
            feed.begin()
            try:
                record = next(reader)
                self.position = ends[-1]
            except StopIteration:
                return
            except (_Unclosed, csv.Error):
                reader = csv.reader(feed, **self._dialect.options())
                yield from self._mended()
                continue
            if self._mends and not feed.waiting:
                self._mends = 0
            yield record

    def _mended(self) -> Iterator[list[str]]:
        """The first line of the record at hand by itself: its quotes do not match.

        After too many in lines that were looked at before, all of those are read so: the time stays in proportion.
        """
        if len(self._feed.given) > 1:
            self.unclosed += 1
            self._mends += 1
        self.mended += 1
        line, self.position = self._feed.give_back()
        yield loose_cells(line, self._dialect)
        if self._mends >= _MAX_MENDS:
            while self._feed.waiting:
                line, self.position = self._feed.waiting.popleft()
                yield loose_cells(line, self._dialect)
        if not self._feed.waiting:
            self._mends = 0
