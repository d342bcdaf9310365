"""How a delimited text is written: its delimiter, its way to escape quotes, where its header stands."""

import csv
import io
import re
from collections import Counter
from dataclasses import dataclass
from typing import TypedDict

_DELIMITERS = (",", ";", "\t", "|")
_SAMPLE_CHARS = 200_000
_SAMPLE_RECORDS = 100
_NUMBER = re.compile(r"[-+(]?[$\u20ac\u00a3]?\d[\d.,\s\u00a0'%]*\)?(?:[eE][-+]?\d+)?[%\u20ac$]?")
_DATE = re.compile(r"\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}(?:[T ]\d{1,2}:\d{2}.*)?")
_YEAR = re.compile(r"(?:1[5-9]|20|21)\d\d")


class _Options(TypedDict):
    delimiter: str
    doublequote: bool
    escapechar: str | None


@dataclass(frozen=True)
class Dialect:
    """`backslash`: quotes inside a quoted cell are written as \\" instead of doubled."""

    delimiter: str = ","
    backslash: bool = False

    def options(self) -> _Options:
        """Keyword arguments for csv.reader."""
        return {
            "delimiter": self.delimiter,
            "doublequote": not self.backslash,
            "escapechar": "\\" if self.backslash else None,
        }


def detect_dialect(text: str) -> Dialect:
    """The dialect under which the first records agree best on a width above one."""
    sample = text[:_SAMPLE_CHARS]
    styles = (False, True) if '\\"' in sample else (False,)
    candidates = [Dialect(delimiter, backslash) for delimiter in _DELIMITERS for backslash in styles]
    return max(candidates, key=lambda dialect: _agreement(sample, dialect))


def _agreement(sample: str, dialect: Dialect) -> tuple[float, int]:
    """(share of records that have the commonest width, weighted down for width one; that width)."""
    csv.field_size_limit(max(csv.field_size_limit(), len(sample) + 1))
    widths: Counter[int] = Counter()
    reader = csv.reader(io.StringIO(sample, newline=""), **dialect.options())
    for record in reader:
        if any(cell.strip() for cell in record):
            widths[len(record)] += 1
        if widths.total() >= _SAMPLE_RECORDS:
            break
    multiple = {width: count for width, count in widths.items() if width > 1}
    if not multiple:
        return 0.0, 1
    width, count = max(multiple.items(), key=lambda item: (item[1], item[0]))
    return round(count / widths.total(), 2), width


def header_position(sample: list[list[str]]) -> int | None:
    """Index of the header among the first records, None if the table has none.

    Lines with a single filled cell above a wider table are its title. The first wide record is the header, unless it
    holds numbers or dates as the records under it do; years may stand in a header.
    """
    if not sample:
        return None
    start = _title_lines(sample)
    if start + 1 >= len(sample):
        return start if not any(_is_value(cell) for cell in sample[start]) else None
    header, body = sample[start], sample[start + 1 :]
    values = [i for i, cell in enumerate(header) if _is_value(cell) and not _YEAR.fullmatch(cell)]
    like_data = [i for i in values if any(i < len(record) and _is_value(record[i]) for record in body)]
    named = sum(bool(cell) for cell in header)
    if like_data and len(like_data) * 4 >= named:
        return None
    return None if _all_years(header) else start


def _title_lines(sample: list[list[str]]) -> int:
    filled = [sum(bool(cell) for cell in record) for record in sample]
    if max(filled) < 2:
        return 0
    start = 0
    while start < len(sample) - 1 and filled[start] == 1 and max(filled[start + 1 :]) > 1:
        start += 1
    return start if start <= 5 else 0


def _is_value(cell: str) -> bool:
    return bool(_NUMBER.fullmatch(cell) or _DATE.fullmatch(cell))


def _all_years(header: list[str]) -> bool:
    filled = [cell for cell in header if cell]
    return bool(filled) and all(_YEAR.fullmatch(cell) for cell in filled) and len(set(filled)) < len(filled)
