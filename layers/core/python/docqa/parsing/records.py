"""Rows of cells as blocks: where the header stands, what columns are called, "column: value; column: value"."""

import gc
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice

from docqa.core.models import Block, BlockKind, DocumentWarning
from docqa.core.noticed import warning
from docqa.core.values import Locale, iso_date, locale_of, number

SAMPLE_ROWS = 60
"""Rows at the start of a table that decide on its header."""
MAX_COLUMNS = 16_384
"""As in Excel."""
MAX_CELL_CHARS = 100_000
MAX_NAME_CHARS = 200
"""A name is repeated in every row."""
_MAX_TITLE_LINES = 8
_YEAR = re.compile(r"(?:1[5-9]|20|21)\d\d")
_PLAIN = Locale()
_LOCALE_CELLS = 2_000


@dataclass(frozen=True)
class Shape:
    """What stands above the rows of a table, and what its columns are called.

    `header`: index of the header among the first rows, None if there is none; rows before it are `titles`. `used`:
    places of the columns that have a name or, in the first rows, a value.
    """

    titles: tuple[str, ...]
    names: tuple[str, ...]
    header: int | None
    first_row: int
    width: int
    locale: Locale
    used: tuple[int, ...]


@contextmanager
def without_collection() -> Iterator[None]:
    """Rows are made by the hundred thousand and are in no cycles; to look for some takes a third of the time."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


class Tally:
    """Counts what is odd about the rows of a table whose header has `width` names."""

    def __init__(self, width: int) -> None:
        self._width = width
        self._uneven = 0
        self._cut = 0

    def add(self, cells: list[str]) -> None:
        """Look at a row; cells that are longer than can be read are cut in place."""
        if len(cells) != self._width:
            extra = any(cells[self._width :]) if len(cells) > self._width else True
            self._uneven += extra
        if sum(map(len, cells)) > MAX_CELL_CHARS:
            for place, cell in enumerate(cells):
                if len(cell) > MAX_CELL_CHARS:
                    cells[place] = cell[:MAX_CELL_CHARS].rstrip()
                    self._cut += 1

    def warnings(self) -> list[DocumentWarning]:
        found = [warning("uneven_rows", count=self._uneven)] if self._uneven else []
        detail = f"cells of more than {MAX_CELL_CHARS:,} characters"
        return [*found, warning("truncated", detail=detail, count=self._cut)] if self._cut else found


def tidy(record: Sequence[str]) -> list[str]:
    """Each cell on one line, without white space around it."""
    joined = "".join(record)
    if (
        joined.isprintable() and "  " not in joined
    ):  # no white space but single spaces: most rows, and four times as fast
        return list(map(str.strip, record))
    return [" ".join(cell.split()) for cell in record]


_LOOK = -1


def shape_of(sample: Sequence[Sequence[str]], *, header: int | None = _LOOK) -> Shape:
    """The shape of a table by its first rows (`SAMPLE_ROWS`), none of them blank. `header`: its index if known."""
    rows = [list(row) for row in sample]
    if header == _LOOK:
        header = header_position(rows)
    titles = tuple(" ".join(cell for cell in row if cell) for row in rows[: header or 0])
    body = rows if header is None else rows[header + 1 :]
    named = rows[header] if header is not None else []
    width = len(named) if named else _usual_width(body)
    names = column_names(named, max(width, max((len(row) for row in rows), default=0)))
    locale = locale_of(islice((cell for row in body for cell in row if cell), _LOCALE_CELLS))
    named_or_filled = {place for row in (named, *body) for place, cell in enumerate(row) if cell}
    first_row = 0 if header is None else header + 1
    return Shape(titles, tuple(names), header, first_row, width, locale, tuple(sorted(named_or_filled)))


def opening_blocks(shape: Shape) -> list[Block]:
    """Titles above a table, then its columns' names."""
    names = ", ".join(shape.names[place] for place in shape.used)
    texts = [*shape.titles, *([f"Columns: {names}."] if names else [])]
    return [Block(kind=BlockKind.PARAGRAPH, text=text) for text in texts if text]


def row_text(labels: Sequence[str], cells: Sequence[str]) -> str:
    """`labels` are names with ": " after them. Empty cells are left out; cells beyond the names go by position."""
    text = "; ".join([label + cell for label, cell in zip(labels, cells, strict=False) if cell])
    if len(cells) <= len(labels):
        return text
    beyond = [f"column {i + 1}: {cells[i]}" for i in range(len(labels), len(cells)) if cells[i]]
    return "; ".join(filter(None, [text, *beyond]))


def column_names(header: Sequence[str], width: int) -> list[str]:
    """The header's cells; an unnamed column is called by its position, a repeated name gets its position added."""
    names: list[str] = []
    taken: set[str] = set()
    for position in range(max(width, len(header))):
        name = (header[position][:MAX_NAME_CHARS].strip() if position < len(header) else "") or f"column {position + 1}"
        names.append(f"{name} ({position + 1})" if name in taken else name)
        taken.add(name)
    return names


def header_position(sample: Sequence[Sequence[str]]) -> int | None:
    """Index of the header among the first records, None if the table has none.

    Lines with few filled cells above a wider table are its title. The first wide record is the header, unless it
    holds numbers or dates where most records under it do; years may stand in a header.
    """
    if not sample:
        return None
    start = _title_lines(sample)
    if start + 1 >= len(sample):
        return start if not any(is_value(cell) for cell in sample[start]) else None
    header, body = sample[start], sample[start + 1 :]
    values = [i for i, cell in enumerate(header) if is_value(cell) and not _YEAR.fullmatch(cell)]
    like_data = [i for i in values if _mostly_values([record[i] for record in body if i < len(record) and record[i]])]
    named = sum(bool(cell) for cell in header)
    if like_data and len(like_data) * 4 >= named:
        return None
    return None if _all_years(header) else start


def _mostly_values(cells: Sequence[str]) -> bool:
    return bool(cells) and sum(map(is_value, cells)) * 2 >= len(cells)


def is_value(cell: str) -> bool:
    """Whether a cell holds a number or a date."""
    return bool(cell) and (number(cell, _PLAIN) is not None or iso_date(cell, _PLAIN) is not None)


def _title_lines(sample: Sequence[Sequence[str]]) -> int:
    """Lines at the top with at most half as many filled cells as most have, and one at least that is full below."""
    filled = [sum(bool(cell) for cell in record) for record in sample]
    if max(filled) < 2:
        return 0
    usual = sorted(filled)[len(filled) // 2]
    start = 0
    while start < len(sample) - 1 and filled[start] <= max(1, usual // 2) and max(filled[start + 1 :]) > filled[start]:
        start += 1
    return start if start <= _MAX_TITLE_LINES else 0


def _all_years(header: Sequence[str]) -> bool:
    filled = [cell for cell in header if cell]
    return bool(filled) and all(_YEAR.fullmatch(cell) for cell in filled) and len(set(filled)) < len(filled)


def _usual_width(body: Sequence[Sequence[str]]) -> int:
    widths = [len(row) for row in body]
    return max(set(widths), key=lambda width: (widths.count(width), width)) if widths else 0
