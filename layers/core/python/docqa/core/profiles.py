"""What a table holds, column by column: made range by range as the table is read, then put together.

A profile stays small whatever the table's size: it keeps the commonest values of a column (each of them, while they are
few) and, to tell how many different ones there are, the lowest of their hashes (Bar-Yossef et al., "Counting distinct
elements in a data stream", 2002).
"""

import heapq
import math
import re
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from operator import mul
from typing import Any
from zlib import crc32

from docqa.core.controls import cleaned
from docqa.core.models import Block, BlockKind, ColumnProfile, TableProfile
from docqa.core.values import Kind, Locale, has_digit, is_truth, iso_date, number

_BUDGET = 8_000
"""Values, and hashes, that a table's profile keeps of all columns together."""
_MOST_VALUES, _FEWEST_VALUES = 60, 2
_MOST_HASHES, _FEWEST_HASHES = 256, 16
_VALUE_CHARS = 60
_HASH_RANGE = 2**32
_LOOKED_AT = 400
"""Different values that are classified one by one where no shortcut fits; the rest of them are taken to be alike."""
_DOUBTFUL = re.compile(r"^0\d|[_a-df-zA-DF-Z]", re.MULTILINE)
_MOSTLY = 0.9
_LARGEST = sys.float_info.max
_ISO_LENGTHS = frozenset({10})

_DESCRIBED_COLUMNS = 200
_NAMED_COLUMNS = 60
_LISTED = 8
_EXAMPLES = 3


def table_profile(
    names: Sequence[str], rows: Sequence[Sequence[str]], locale: Locale, *, sheet: str | None = None, table: int = 1
) -> TableProfile:
    """The profile of rows of cells; cells beyond the named columns are left out."""
    width = len(names)
    short = any(len(row) < width for row in rows)
    padded = [[*row, *[""] * (width - len(row))] if len(row) < width else row for row in rows] if short else rows
    columns = zip(*padded, strict=False) if rows else ([] for _ in names)
    space = _Space(width)
    profiles = tuple(_column(name, cells, locale, space) for name, cells in zip(names, columns, strict=False))
    return TableProfile(sheet=sheet, table=table, rows=len(rows), columns=profiles)


def merged(profiles: Iterable[TableProfile]) -> tuple[TableProfile, ...]:
    """One profile a table, in the order in which they first came."""
    found: dict[tuple[str | None, int], TableProfile] = {}
    for one in profiles:
        key = (one.sheet, one.table)
        found[key] = _joined(found[key], one) if key in found else one
    return tuple(found.values())


def filled(column: ColumnProfile) -> int:
    """How many cells are not empty."""
    return column.numbers + column.dates + column.booleans + column.texts


def kind_of(column: ColumnProfile) -> Kind:
    """What most cells hold; text if they differ."""
    for kind, count in ((Kind.NUMBER, column.numbers), (Kind.DATE, column.dates), (Kind.BOOLEAN, column.booleans)):
        if count and count >= _MOSTLY * filled(column):
            return kind
    return Kind.TEXT


def different(column: ColumnProfile) -> int:
    """How many different values there are: exact if `complete`, else an estimate (6 % off where space allows)."""
    if column.complete or len(column.hashes) < 2:
        return len(column.values)
    estimate = round((len(column.hashes) - 1) * _HASH_RANGE / max(column.hashes[-1], 1))
    return min(filled(column), max(len(column.values) + 1, estimate))


class _Space:
    """How much the profile of one column of a table of this width may keep."""

    def __init__(self, width: int) -> None:
        share = _BUDGET // max(width, 1)
        self.values = max(_FEWEST_VALUES, min(_MOST_VALUES, share))
        self.hashes = max(_FEWEST_HASHES, min(_MOST_HASHES, share))


def _column(name: str, cells: Iterable[str], locale: Locale, space: _Space) -> ColumnProfile:
    counts = Counter(cells)
    empty = counts.pop("", 0)
    if not counts:
        return ColumnProfile(name=name, empty=empty)
    longest = max(map(len, counts))
    if longest > _VALUE_CHARS:
        counts = _shortened(counts)
    found = _plain_numbers(counts) or _iso_dates(counts) or _one_by_one(counts, locale)
    complete = len(counts) <= space.values
    common = counts.most_common(space.values) if complete else _commonest(counts, space.values)
    hashes = () if complete else tuple(_lowest_hashes(counts, space.hashes))
    return ColumnProfile(
        name=name,
        empty=empty,
        longest=longest,
        values=tuple(common),
        complete=complete,
        hashes=hashes,
        **found,
    )


def _shortened(counts: Counter[str]) -> Counter[str]:
    short: Counter[str] = Counter()
    for value, count in counts.items():
        short[value[:_VALUE_CHARS]] += count
    return short


def _commonest(counts: Counter[str], size: int) -> list[tuple[str, int]]:
    """The first values in order if none repeats; sorting them all would take longer than reading them."""
    if counts.total() == len(counts):
        return [(value, 1) for value, _ in zip(counts, range(size), strict=False)]
    return heapq.nlargest(size, counts.items(), key=lambda item: item[1])


def _lowest_hashes(values: Iterable[str], size: int) -> list[int]:
    return sorted(set(map(crc32, map(str.encode, values))))[:size]


def _plain_numbers(counts: Counter[str]) -> dict[str, Any] | None:
    """The short way for columns of numbers as computers write them."""
    joined = "\n".join(counts)
    if not joined[-1].isdigit() or _DOUBTFUL.search(joined):
        return None
    try:
        values = list(map(float, counts))
    except ValueError:
        return None
    total = sum(map(mul, values, counts.values()))
    if not math.isfinite(total):
        return None
    return {"numbers": counts.total(), "low": min(values), "high": max(values), "total": total}


def _iso_dates(counts: Counter[str]) -> dict[str, Any] | None:
    """The short way for columns of dates like 2024-03-09."""
    if set(map(len, counts)) != _ISO_LENGTHS:
        return None
    locale = Locale()
    days = [value for value in counts if value[4] == value[7] == "-"]
    if len(days) < len(counts) or any(iso_date(value, locale) is None for value in (min(days), max(days))):
        return None
    if not "".join(days).replace("-", "").isdigit():
        return None
    return {"dates": counts.total(), "first": min(days), "last": max(days)}


def _one_by_one(counts: Counter[str], locale: Locale) -> dict[str, Any]:
    kinds = dict.fromkeys(Kind, 0)
    amounts: list[tuple[float, int]] = []
    days: list[str] = []
    for place, (value, count) in enumerate(counts.items()):
        if place == _LOOKED_AT and kinds[Kind.TEXT] == sum(kinds.values()):
            kinds[Kind.TEXT] = counts.total()
            break
        if not has_digit(value):
            kinds[Kind.BOOLEAN if is_truth(value) else Kind.TEXT] += count
        elif (amount := number(value, locale)) is not None:
            kinds[Kind.NUMBER] += count
            amounts.append((amount, count))
        elif day := iso_date(value, locale):
            kinds[Kind.DATE] += count
            days.append(day)
        else:
            kinds[Kind.TEXT] += count
    values = [amount for amount, _ in amounts]
    return {
        "numbers": kinds[Kind.NUMBER],
        "dates": kinds[Kind.DATE],
        "booleans": kinds[Kind.BOOLEAN],
        "texts": kinds[Kind.TEXT],
        "low": min(values, default=None),
        "high": max(values, default=None),
        "total": _finite(sum(amount * count for amount, count in amounts)),
        "first": min(days, default=None),
        "last": max(days, default=None),
    }


def _finite(value: float) -> float:
    """Infinity has no place in JSON."""
    return max(-_LARGEST, min(_LARGEST, value))


def _joined(left: TableProfile, right: TableProfile) -> TableProfile:
    space = _Space(len(left.columns))
    columns = tuple(_joined_columns(a, b, space) for a, b in zip(left.columns, right.columns, strict=False))
    return left.model_copy(update={"rows": left.rows + right.rows, "columns": columns})


def _joined_columns(left: ColumnProfile, right: ColumnProfile, space: _Space) -> ColumnProfile:
    counts = Counter(dict(left.values))
    for value, count in right.values:
        counts[value] += count
    complete = left.complete and right.complete and len(counts) <= space.values
    hashes: list[int] = []
    if not complete:
        either = {*_hashes_of(left), *_hashes_of(right)}
        hashes = sorted(either)[: space.hashes]
    return ColumnProfile(
        name=left.name,
        empty=left.empty + right.empty,
        numbers=left.numbers + right.numbers,
        dates=left.dates + right.dates,
        booleans=left.booleans + right.booleans,
        texts=left.texts + right.texts,
        low=min((x for x in (left.low, right.low) if x is not None), default=None),
        high=max((x for x in (left.high, right.high) if x is not None), default=None),
        total=_finite(left.total + right.total),
        first=min((x for x in (left.first, right.first) if x), default=None),
        last=max((x for x in (left.last, right.last) if x), default=None),
        longest=max(left.longest, right.longest),
        values=tuple(counts.most_common(space.values)),
        complete=complete,
        hashes=tuple(hashes),
    )


def _hashes_of(column: ColumnProfile) -> Iterable[int]:
    """The hashes of a column's values; they are not stored while the values themselves are."""
    return _lowest_hashes((value for value, _ in column.values), _MOST_HASHES) if column.complete else column.hashes


# -- in words --------------------------------------------------------------------------------------


def summary_block(profile: TableProfile) -> Block:
    """What is in the table, to be found by questions about the whole of it."""
    return Block(kind=BlockKind.SUMMARY, text=summary_text(profile), sheet=profile.sheet)


def summary_blocks(profiles: Iterable[TableProfile]) -> Iterator[Block]:
    """The summaries of a document's tables, each under the name of its sheet, to stand after everything else."""
    sheet = None
    for profile in profiles:
        if profile.sheet is not None and profile.sheet != sheet:
            sheet = profile.sheet
            yield Block(kind=BlockKind.HEADING, level=1, text=cleaned(sheet)[0], sheet=sheet)
        yield summary_block(profile)


def summary_text(profile: TableProfile) -> str:
    """Sentences on one line: size, names of the columns, then one sentence a column."""
    columns = [column for place, column in enumerate(profile.columns) if filled(column) or not _unnamed(column, place)]
    where = f" (sheet {profile.sheet})" if profile.sheet else ""
    if profile.table > 1:
        where = f" (table {profile.table} of sheet {profile.sheet})" if profile.sheet else f" (number {profile.table})"
    size = f"Table of {_count(profile.rows, 'row')} and {_count(len(columns), 'column')}{where}."
    names = ", ".join(column.name for column in columns[:_NAMED_COLUMNS])
    more = f" and {len(columns) - _NAMED_COLUMNS:,} more" if len(columns) > _NAMED_COLUMNS else ""
    told = [column_text(column) for column in columns[:_DESCRIBED_COLUMNS]]
    return cleaned(" ".join([size, *([f"Columns: {names}{more}."] if names else []), *told]))[0]


def _unnamed(column: ColumnProfile, place: int) -> bool:
    return column.name == f"column {place + 1}"


def column_text(column: ColumnProfile) -> str:
    """One sentence: what the cells of a column hold."""
    if not filled(column):
        return f"{column.name}: empty."
    parts = [_range(column), *_different(column)]
    if column.empty:
        parts.append(f"empty in {_count(column.empty, 'row')}")
    return f"{column.name}: {', '.join(parts)}."


def _range(column: ColumnProfile) -> str:
    if kind_of(column) is Kind.NUMBER and column.low is not None and column.high is not None:
        if column.low == column.high:
            return f"always {_figure(column.low)}" if filled(column) > 1 else f"number {_figure(column.low)}"
        sum_and_mean = f"mean {_figure(column.total / column.numbers)}, sum {_figure(column.total)}"
        return f"number from {_figure(column.low)} to {_figure(column.high)}, {sum_and_mean}"
    if kind_of(column) is Kind.DATE:
        return f"date from {column.first} to {column.last}" if column.first != column.last else f"date {column.first}"
    return "yes or no" if kind_of(column) is Kind.BOOLEAN else "text"


def _different(column: ColumnProfile) -> list[str]:
    distinct = different(column)
    if kind_of(column) is Kind.NUMBER and column.low == column.high:
        return []
    if distinct == 1 and filled(column) > 1:
        return [f"always {_shown(column.values[0][0])}"]
    if column.complete and distinct == filled(column) > 1:
        told = "all different"
    elif column.complete:
        told = f"{distinct:,} different"
    else:
        told = (
            "nearly all different"
            if distinct >= _MOSTLY * filled(column)
            else f"about {_rounded(distinct):,} different"
        )
    if kind_of(column) in (Kind.NUMBER, Kind.DATE):
        return [told]
    if column.complete and distinct <= _LISTED and distinct < filled(column):
        return [f"{told}: {', '.join(f'{_shown(value)} ({count:,})' for value, count in column.values)}"]
    examples = ", ".join(_shown(value) for value, _ in column.values[:_EXAMPLES])
    return [f"{told}, such as {examples}"]


def _shown(value: str) -> str:
    return f"{value[:40].rstrip()}\u2026" if len(value) > 40 else value


def _rounded(count: int) -> int:
    """To two digits: an estimate."""
    digits = len(str(count)) - 2
    return round(count, -digits) if digits > 0 else count


def _figure(value: float) -> str:
    if value == int(value) and abs(value) < 1e15:
        return f"{int(value):,}"
    return f"{value:,.2f}".rstrip("0").rstrip(".") if abs(value) >= 1 else f"{value:.4g}"


def _count(count: int, noun: str) -> str:
    return f"{count:,} {noun}{'' if count == 1 else 's'}"
