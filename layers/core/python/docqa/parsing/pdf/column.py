"""From the rows of one column to drafts of blocks: headings, paragraphs, list items, captions, notes, tables."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from statistics import median

from docqa.core.models import BlockKind
from docqa.parsing.pdf.grid import table_grid
from docqa.parsing.pdf.headings import Candidate, Style, heading_level
from docqa.parsing.pdf.kinds import (
    bullet_length,
    ends_sentence,
    follows,
    is_caption,
    is_entry_of_contents,
    is_numbered,
    note_marker,
    starts_item,
)
from docqa.parsing.pdf.lines import Line
from docqa.parsing.pdf.order import Row
from docqa.parsing.pdf.tables import aligned_runs, cells_of
from docqa.parsing.pdf.text import Printed, Running, running
from docqa.parsing.tables import Cell, around

_FINE_GAP = 0.7  # ems between the cells of a table once it is known for one
_NOTE_RATIO = 0.93  # of the body size; larger type is no footnote
_MAX_NOTES_SHARE = 0.5  # of the rows of a column
_NUMBERING = re.compile(
    r"(?:(?:article|section|chapter|appendix|part)\s)?(?:\d{1,2}|[A-Z]|[IVX]+)(?:\.\d{1,3})*\.?", re.I
)
_PAGE_PART = 0.4  # footnotes stand below this share of the page


@dataclass(slots=True)
class Draft:
    """A block in the making. `skip`: characters of a bullet to leave out. `cells` are a table's."""

    kind: BlockKind
    rows: list[Row]
    level: int | None = None
    skip: int = 0
    cells: Sequence[Sequence[Cell]] | None = None

    def text(self, words: frozenset[str]) -> Running:
        """The running text of the rows."""
        return running([printed(row) for row in self.rows], words, self.skip)

    @property
    def lines(self) -> list[Line]:
        return [line for row in self.rows for line in row.cells]


def printed(row: Row) -> Printed:
    """A row as one printed line."""
    links: list[tuple[int, int, str]] = []
    start = 0
    for line in row.cells:
        links.extend((start + first, start + last, url) for first, last, url in line.links)
        start += len(line.text) + 1
    return Printed(row_text(row), around([line.box for line in row.cells]), tuple(links))


def row_text(row: Row) -> str:
    """The words of a row."""
    return " ".join(line.text for line in row.cells)


def row_size(row: Row) -> float:
    """The type size of the longest line of a row."""
    return max(row.cells, key=lambda line: len(line.text)).size


@dataclass
class Column:
    """Builds the drafts of one column from its rows. `height`: the page's, in the reading frame; `top`: where it
    begins."""

    style: Style
    outline: dict[str, int]
    top: float
    height: float
    held: list[Row] = field(default_factory=list)
    before: Row | None = None
    left: float = 0.0
    right: float = 0.0
    pitch: float = 0.0

    def drafts(self, found: list[Row]) -> Iterator[Draft]:
        """The drafts, footnotes last."""
        self._measure(found)
        body_end = self._notes_start(found)
        yield from self._body(found[:body_end])
        yield from _notes(found[body_end:])

    def _body(self, found: list[Row]) -> Iterator[Draft]:
        tables = dict(aligned_runs(found))
        index = 0
        while index < len(found):
            end = tables.get(index)
            row = found[index]
            if end is not None:
                yield from self._flush(row)
                yield Draft(
                    BlockKind.TABLE,
                    found[index:end],
                    cells=table_grid(found[index:end], [cells_of(one, gap=_FINE_GAP) for one in found[index:end]]),
                )
                self.before = found[end - 1]
                index = end
                continue
            if row.cells[0].cells:
                yield from self._flush(row)
                yield Draft(BlockKind.TABLE, [row], cells=row.cells[0].cells)
                self.before = row
            else:
                if self.held and self._breaks(self.held[-1], row):
                    yield from self._flush(row)
                self.held.append(row)
            index += 1
        yield from self._flush(None)

    def _measure(self, found: list[Row]) -> None:
        text = [row for row in found if not row.cells[0].cells] or found
        self.left, self.right = min(row.x0 for row in text), max(row.x1 for row in text)
        steps = [b.y1 - a.y1 for a, b in pairwise(text) if 0 < b.y1 - a.y1 < 4 * row_size(b)]
        self.pitch = median(steps) if steps else 0.0

    def _notes_start(self, found: list[Row]) -> int:
        """Index of the row that the footnotes begin with: small type at the end of the column, a marker first."""
        start = len(found)
        while start and self._may_be_note(found[start - 1]):
            start -= 1
        first = next((i for i in range(start, len(found)) if note_marker(row_text(found[i]))), len(found))
        all_of_it = first == 0 and found[0].y0 - self.top < 0.7 * self.height
        many = len(found) - first > max(_MAX_NOTES_SHARE * len(found), 3) and first > 0
        return len(found) if all_of_it or many else first

    def _may_be_note(self, row: Row) -> bool:
        small = row_size(row) <= _NOTE_RATIO * self.style.body_size and row.cells[0].cells is None
        return small and row.y0 - self.top > _PAGE_PART * self.height and len(cells_of(row)) <= 2

    def _breaks(self, upper: Row, lower: Row) -> bool:
        """Whether a new paragraph begins with `lower`."""
        above, text, first = row_text(upper), row_text(lower), row_text(self.held[0])
        ended = ends_sentence(above)
        if self._looks(upper) != self._looks(lower) or bullet_length(text) or is_entry_of_contents(above):
            return True
        if is_numbered(text) and (ended or is_numbered(first)):
            return True
        if is_caption(text):
            return True
        if len(self.held) == 1 and self._is_lone_italic(upper) and not any(line.italic for line in lower.cells):
            return True
        step, size = lower.y1 - upper.y1, row_size(lower)
        usual = min(self.pitch or size * 1.2, size * 2.2)
        if size > 1.15 * self.style.body_size:
            usual = max(usual, 1.2 * size)
        if step > 1.45 * usual or step < 0:
            return True
        if self._leaves_item(lower):
            return True
        width = self.right - self.left
        if self._is_forced(upper, lower) and not text[:1].islower():
            return True
        short = _gap_at_end(upper, self.left, self.right) > 0.2 * width
        indented = lower.x0 - upper.x0 > 0.8 * size and not starts_item(above) and len(self.held) > 1
        return ended and (short or indented or self._is_lone_italic(lower))

    def _is_forced(self, upper: Row, lower: Row) -> bool:
        """Whether a line of plain type ends although more of what follows would have had room on it."""
        size = row_size(upper)
        broken = row_text(upper).endswith(("-", "\u00ad"))
        if broken or size > 1.1 * self.style.body_size or all(line.bold for line in upper.cells):
            return False
        word = row_text(lower).split(" ", 1)[0]
        room = _gap_at_end(upper, self.left, self.right)
        return room > max(0.25 * (self.right - self.left), (len(word) + 2) * 0.6 * size, 4 * size)

    def _leaves_item(self, lower: Row) -> bool:
        """Whether a row goes back to the margin after an item whose lines hang to the right of its marker."""
        if len(self.held) < 2 or not starts_item(row_text(self.held[0])) or lower.cells[0].rtl:
            return False
        hang = self.held[1].x0
        return hang > self.held[0].x0 + 3 and lower.x0 < hang - 3

    def _looks(self, row: Row) -> tuple[int, bool]:
        """Rows that look alike may be one paragraph: size in steps of a seventh of the body size, bold or not."""
        return round(row_size(row) / (0.15 * self.style.body_size)), all(line.bold for line in row.cells)

    def _is_lone_italic(self, row: Row) -> bool:
        short = _gap_at_end(row, self.left, self.right) > 0.3 * (self.right - self.left)
        return short and all(line.italic for line in row.cells)

    def _flush(self, following: Row | None) -> Iterator[Draft]:
        held, self.held = self.held, []
        if not held:
            return
        before, self.before = self.before, held[-1]
        text = running([printed(row) for row in held], self.style.words).text
        set_apart = all(line.bold or line.italic for line in held[0].cells) or row_size(held[0]) < self.style.body_size
        if is_caption(text, set_apart=set_apart):
            yield Draft(BlockKind.CAPTION, held)
            return
        level = self._heading_level(held, text, before, following)
        if level is not None:
            yield Draft(BlockKind.HEADING, held, level)
            return
        skip = bullet_length(text)
        item = skip or is_numbered(text)
        yield Draft(BlockKind.LIST_ITEM if item else BlockKind.PARAGRAPH, held, skip=skip)

    def _heading_level(self, held: list[Row], text: str, before: Row | None, following: Row | None) -> int | None:
        if any(len(cells) > 1 and not _is_numbering(cells) for cells in map(cells_of, held)):
            return None
        usual = max(self.pitch, 1.15 * row_size(held[0]))
        above = before is None or held[0].y1 - before.y1 > 1.2 * usual
        below = following is None or following.y1 - held[-1].y1 > 1.1 * usual
        lines = [line for row in held for line in row.cells]
        bold, italic = all(line.bold for line in lines), all(line.italic for line in lines)
        candidate = Candidate(text, len(held), max(map(row_size, held)), bold, italic, above, below)
        return heading_level(candidate, self.style, self.outline)


def _is_numbering(cells: list[list[Line]]) -> bool:
    """Whether the first of two cells is a heading's number."""
    number = " ".join(line.text for line in cells[0])
    near = cells[1][0].x0 - cells[0][-1].x1 < 5 * cells[0][0].size if len(cells) == 2 else False
    return near and bool(_NUMBERING.fullmatch(number))


def _notes(found: list[Row]) -> Iterator[Draft]:
    """Footnotes, one from each marker that can follow the one before."""
    held: list[Row] = []
    marker = ""
    for row in found:
        own = note_marker(row_text(row))
        if own and (not held or follows(own, marker)):
            if held:
                yield Draft(BlockKind.NOTE, held)
            held, marker = [], own
        held.append(row)
    if held:
        yield Draft(BlockKind.NOTE, held)


def _gap_at_end(row: Row, left: float, right: float) -> float:
    return row.x0 - left if row.cells[0].rtl else right - row.x1
