"""Ranges of a workbook's rows: small sheets together, large ones cut where a range can begin by itself."""

import re
from dataclasses import dataclass, field
from typing import NamedTuple

from docqa.core.errors import NoText, TooManyPages
from docqa.core.models import PageRange
from docqa.parsing.records import SAMPLE_ROWS
from docqa.parsing.xlsx.rows import Row, SheetStream
from docqa.parsing.xlsx.sheet import filled, look_up, matters, merges_of, opened_sheet, rendering
from docqa.parsing.xlsx.tables import Course
from docqa.parsing.xlsx.workbook import Sheet, Workbook

MAX_ROWS = 2_000_000
MAX_SHEETS = 2_000
RANGE_ROWS = 40_000
RANGE_BYTES = 16 * 1024 * 1024
"""Of a sheet's XML; about 400,000 cells. Passing over what lies before a range takes a second for 300 MiB, so that
ranges are larger than those of CSV."""
_MAX_SEGMENTS = 300
_MAX_SAMPLE_BYTES = 32 * 1024 * 1024
_NUMBER = re.compile(rb'^[^>]*?\sr="(\d{1,8})"')

_STARTS, _ENDS, _TAIL, _TEXT, _ONE, _GOES_ON = 1, 2, 4, 8, 16, 32


class Part(NamedTuple):
    """What a range of a workbook is, as it travels in the range's cursor.

    Whole sheets from `sheet` to `last_sheet`; or rows of one sheet: `table` is the byte where the table begins that its
    first row stands in (0: none yet), `number` counts that table on the sheet, `rows` are the data rows before.
    `tail`: the byte where what follows the sheet's rows begins, 0 if it does not matter.
    """

    sheet: int
    last_sheet: int
    flags: int = _STARTS | _ENDS
    table: int = 0
    number: int = 0
    rows: int = 0
    tail: int = 0

    @classmethod
    def of(cls, pages: PageRange) -> "Part":
        return cls(*pages.cursor) if pages.cursor else cls(0, MAX_SHEETS)

    @property
    def starts(self) -> bool:
        """Whether it begins with the sheet's first row."""
        return bool(self.flags & _STARTS)

    @property
    def ends(self) -> bool:
        return bool(self.flags & _ENDS)

    @property
    def text(self) -> bool:
        """Whether its first rows go on with text that is no table."""
        return bool(self.flags & _TEXT)

    @property
    def one(self) -> bool:
        """Whether gaps on this sheet do not part tables: there are too many."""
        return bool(self.flags & _ONE)

    @property
    def goes_on(self) -> bool:
        """Whether there is no gap before its first row."""
        return bool(self.flags & _GOES_ON)


@dataclass
class _Segment:
    """Rows without a gap: how many, and the first of them."""

    offset: int
    count: int = 0
    sample: list[tuple[int, bytes]] = field(default_factory=list)


@dataclass
class _Cut:
    """A range may begin at byte `offset`, `inside` rows into the segment; `before` rows of the sheet precede."""

    offset: int
    segment: int
    inside: int
    before: int


@dataclass
class _Scan:
    """One sheet, looked through."""

    rows: int = 0
    size: int = 0
    segments: list[_Segment] = field(default_factory=list)
    cuts: list[_Cut] = field(default_factory=list)
    one: bool = False

    def as_one(self) -> None:
        """Give up telling gaps apart: all rows are of the first segment."""
        self.one = True
        self.segments = self.segments[:1]
        self.segments[0].count = self.rows
        for cut in self.cuts:
            cut.segment, cut.inside = 0, cut.before


def planned(workbook: Workbook) -> tuple[PageRange, ...]:
    """Raises CorruptFile, TooManyPages."""
    if len(workbook.sheets) > MAX_SHEETS:
        raise TooManyPages(f"The workbook has more than {MAX_SHEETS:,} sheets. Split it into several files.")
    ranges = _Ranges()
    for place, sheet in enumerate(workbook.sheets):
        with opened_sheet(workbook, sheet) as stream:
            scan = _scanned(stream)
            if scan.cuts:
                ranges.close()
                ranges.parts(scan, _parts(workbook, sheet, place, stream, scan))
            else:
                ranges.whole(place, scan)
    ranges.close()
    if not ranges.found:
        raise NoText("The workbook has no sheet with cells.")
    return ranges.found


@dataclass
class _Ranges:
    """Numbers rows over the whole workbook, so that no two ranges have the same."""

    found: tuple[PageRange, ...] = ()
    _last: int = 0
    _open: list[int] = field(default_factory=list)
    _rows: int = 0
    _size: int = 0

    def whole(self, place: int, scan: _Scan) -> None:
        if self._open and (self._size + scan.size > RANGE_BYTES or self._rows + scan.rows > RANGE_ROWS):
            self.close()
        self._open.append(place)
        self._rows += scan.rows
        self._size += scan.size

    def close(self) -> None:
        """End the range of whole sheets."""
        if self._open:
            self._add(self._rows, (self._open[0], self._open[-1]), None)
        self._open, self._rows, self._size = [], 0, 0

    def parts(self, scan: _Scan, parts: list[Part]) -> None:
        ends = [*(cut.before for cut in scan.cuts), scan.rows]
        starts = [0, *ends[:-1]]
        offsets = [scan.segments[0].offset, *(cut.offset for cut in scan.cuts)]
        for start, end, offset, part in zip(starts, ends, offsets, parts, strict=True):
            self._add(end - start, tuple(part), offset)

    def _add(self, rows: int, cursor: tuple[int, ...], offset: int | None) -> None:
        first, last = self._last + 1, self._last + max(rows, 1)
        if last > MAX_ROWS:
            raise TooManyPages(f"The workbook has more than {MAX_ROWS:,} rows. Split it into several files.")
        self._last = last
        new = PageRange(index=len(self.found), first=first, last=last, offset=offset, cursor=cursor)
        self.found = (*self.found, new)


def _scanned(stream: SheetStream) -> _Scan:
    """Where rows, gaps and possible cuts are. A cut stands at a gap, or far enough below one."""
    scan = _Scan()
    row = last_filled = inside = sampled = 0
    cut_at, cut_rows, sampling = stream.start, 0, True
    for at, piece in stream.pieces():
        match = _NUMBER.match(piece)
        row = int(match[1]) if match else row + 1
        if not filled(piece):
            continue
        if not scan.segments or row != last_filled + 1:
            sampling = not scan.one
            if not scan.one:
                scan.segments.append(_Segment(at))
                inside = 0
        far = inside == 0 or inside >= SAMPLE_ROWS
        if far and scan.rows and (at - cut_at >= RANGE_BYTES or scan.rows - cut_rows >= RANGE_ROWS):
            scan.cuts.append(_Cut(at, len(scan.segments) - 1, inside, scan.rows))
            cut_at, cut_rows = at, scan.rows
        segment = scan.segments[-1]
        if sampling and inside < SAMPLE_ROWS:
            segment.sample.append((at, piece))
            sampled += len(piece)
        segment.count += 1
        scan.rows, inside, last_filled, scan.size = scan.rows + 1, inside + 1, row, at - stream.start
        if len(scan.segments) > _MAX_SEGMENTS or sampled > _MAX_SAMPLE_BYTES:
            scan.as_one()
            sampling, sampled, inside = False, 0, scan.rows
    return scan


class _Standing(NamedTuple):
    """Where one stands between two rows of a sheet; the fields are those of `Part`."""

    table: int = 0
    number: int = 0
    rows: int = 0
    text: bool = False


def _parts(workbook: Workbook, sheet: Sheet, place: int, stream: SheetStream, scan: _Scan) -> list[Part]:
    """The ranges of a large sheet: each knows the table that its first row stands in."""
    tail = stream.tail()
    tail_at = stream.tail_offset if matters(tail) else 0
    course = Course(merges_of(stream, tail), workbook.table_heads(sheet))
    before, within = _standings(workbook, stream, scan, course)
    always = _ONE if scan.one else 0
    parts = [Part(place, place, _STARTS | always, tail=tail_at)]
    for cut in scan.cuts:
        standing, head = before[cut.segment], 0
        flags = always
        if cut.inside:
            standing, head = within[cut.segment]
            flags |= _GOES_ON | (_TEXT if standing.text else 0)
        rows = standing.rows + (0 if standing.text or not cut.inside else cut.inside - head)
        parts.append(Part(place, place, flags, standing.table, standing.number, rows, tail_at))
    return [*parts[:-1], parts[-1]._replace(flags=parts[-1].flags | _ENDS)]


def _standings(
    workbook: Workbook, stream: SheetStream, scan: _Scan, course: Course
) -> tuple[list[_Standing], list[tuple[_Standing, int]]]:
    """Before each segment; and below its head, with the number of lines in that."""
    render = rendering(workbook, stream)
    samples: list[list[Row]] = []
    for segment in scan.segments:
        rows: list[Row] = []
        for at, piece in segment.sample:
            rows.append(stream.row(at, piece, rows[-1].number if rows else 0))
        samples.append(rows)
    look_up(workbook, [row for rows in samples for row in rows], render)
    before, within = [], []
    standing = _Standing()
    for segment, rows in zip(scan.segments, samples, strict=True):
        before.append(standing._replace(text=False))
        table = course.table
        head = course.enter([render.line(row) for row in rows])
        if course.table is not table:
            standing = standing._replace(table=segment.offset, number=course.tables)
        standing = standing._replace(text=course.text)
        within.append((standing, head))
        standing = standing._replace(rows=standing.rows + (0 if course.text else segment.count - head))
    return before, within
