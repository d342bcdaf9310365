"""Finds the dialect of a delimited text from its beginning."""

import io
import re
from collections import Counter

from docqa.parsing.csv.dialect import DELIMITERS, Dialect
from docqa.parsing.csv.records import Records

_SAMPLE_BYTES = 256 * 1024
_SAMPLE_RECORDS = 100
_LEAST_AGREEMENT = 0.3
"""A text of which fewer lines agree on a width is not delimited: each line is one cell."""
_NO_DELIMITER = "\x1f"
_HINT = re.compile(r"\"?sep=(.)\"?[,;\t]*")


def delimiter_hint(first_line: str) -> str | None:
    """The delimiter that Excel's first line "sep=;" names; the line is no record."""
    match = _HINT.fullmatch(first_line.rstrip("\r\n"))
    return match[1] if match else None


def detect_dialect(data: bytes, codec: str, *, delimiter: str | None = None) -> Dialect:
    """The dialect under which the first records agree best on a width above one.

    `data`: the beginning of the text without a byte order mark; what goes beyond the first 256 KiB is not looked at.
    """
    sample = _whole_lines(data[:_SAMPLE_BYTES], codec)
    text = sample.decode(codec, "replace")
    best, best_score = Dialect(delimiter or _NO_DELIMITER), (0.0, 0)
    for candidate in _candidates(text, (delimiter,) if delimiter else DELIMITERS):
        score = _agreement(sample, codec, candidate)
        if score > best_score and (delimiter or score[0] >= _LEAST_AGREEMENT):
            best, best_score = candidate, score
    return best


def _whole_lines(sample: bytes, codec: str) -> bytes:
    """Without the part of a line at the end, if the sample is cut there."""
    if len(sample) < _SAMPLE_BYTES:
        return sample
    end = "\n" if "\n".encode(codec) in sample else "\r"
    cut = sample.rfind(end.encode(codec))
    return sample[: cut + len(end.encode(codec))] if cut > 0 else sample


def _candidates(text: str, delimiters: tuple[str, ...]) -> list[Dialect]:
    found: list[Dialect] = []
    for delimiter in delimiters:
        if delimiter not in text:
            continue
        quotes = ("'",) if _in_single_quotes(text, delimiter) else ('"',)
        for quote in quotes:
            styles = (False, True) if "\\" + quote in text else (False,)
            found += [Dialect(delimiter, quote, backslash) for backslash in styles]
    return found


def _in_single_quotes(text: str, delimiter: str) -> bool:
    """Whether about every line has a cell between single quotes."""
    if "'" not in text or '"' in text:
        return False
    mark = re.escape(delimiter)
    cells = re.findall(rf"(?:^|{mark}) ?'[^'\r\n]*'(?= ?(?:{mark}|[\r\n]|$))", text, re.MULTILINE)
    return len(cells) >= max(2, len(text.splitlines()) - 1)


def _agreement(sample: bytes, codec: str, dialect: Dialect) -> tuple[float, int]:
    """(share of records that have the commonest width above one, less those whose quotes do not match; that width)."""
    widths: Counter[int] = Counter()
    records = Records(io.BytesIO(sample), codec, dialect, 0)
    for record in records:
        if any(cell.strip() for cell in record):
            widths[len(record)] += 1
        if widths.total() >= _SAMPLE_RECORDS:
            break
    if not widths:  # nothing but delimiters
        return 1.0, 1
    multiple = {width: count for width, count in widths.items() if width > 1}
    if not multiple:
        return 0.0, 1
    width, count = max(multiple.items(), key=lambda item: (item[1], item[0]))
    return round((count - records.mended / 2) / widths.total(), 2), width
