"""What is printed on every page: running headers and footers, page numbers, watermarks.

Decided over a window of pages that depends on the page count alone, so that a page reads the same whichever range it is
read in. A running text stays once, on the first page that has it in the first window, so that it can be found.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import pairwise

from docqa.parsing.pdf.lines import Line, PageText, Rect

Key = tuple[str, int]
"""Text with digits masked and white space gone, and its place down the page."""

WINDOW_PAGES = 12
_MIN_REPEATS = 3
_MIN_SHARE = 0.4  # left and right pages may differ
_WATERMARK_SIZE = 16.0
_SMALL = 1.0
_PLACE = 8.0  # points that a running text may move from page to page
_DIGITS = re.compile(r"\d+")
_PAGE_NUMBER = re.compile(
    r"[-\u2013\u2014|\[( ]*(?:page|seite|p\.|pg\.?|\u7b2c)?\s*(\d{1,4}|[ivxlc]{1,7})\s*\u9875?"
    r"(?:\s*(?:of|von|de|sur|/)\s*\d{1,4})?[-\u2013\u2014|\]) ]*",
    re.IGNORECASE,
)


def windows(page_count: int) -> list[tuple[int, int]]:
    """(first, last) of each window, of nearly equal length, about WINDOW_PAGES each."""
    count = max(1, round(page_count / WINDOW_PAGES))
    bounds = [page_count * index // count for index in range(count + 1)]
    return [(start + 1, end) for start, end in pairwise(bounds)]


def without_furniture(pages: Sequence[PageText]) -> list[PageText]:
    """The pages of one window without what repeats on them."""
    running = _running_texts(pages)
    numbers = _page_numbers(pages)
    first_window = bool(pages) and pages[0].number == 1
    seen: set[Key] = set()
    cleaned = []
    for page in pages:
        numbered = {box for number, box in numbers if number == page.number}
        keys = {line.box: key for line in page.lines if (key := _key(line, running)) is not None}
        edge = _edge_boxes(page, set(keys) | numbered)
        kept = []
        for line in page.lines:
            key = keys.get(line.box)
            if key is None and line.box not in numbered:
                kept.append(line)
            elif line.box not in edge and _in_margin(line, page):
                kept.append(line)  # body text has begun: the same words again are a table's head
            elif key is not None and line.box not in numbered and first_window and key not in seen:
                kept.append(replace(line, bold=False, size=_SMALL))  # never a heading
                seen.add(key)
        cleaned.append(replace(page, lines=tuple(kept)))
    return cleaned if any(page.lines for page in cleaned) else list(pages)  # never all there is


def _edge_boxes(page: PageText, candidates: set[Rect]) -> set[Rect]:
    """Candidates reached from the top or the bottom of the page without passing a row that holds none."""
    found: set[Rect] = set()
    for rows in (page.rows, page.rows[::-1]):
        for row in rows:
            boxes = {line.box for line in row} & candidates
            if not boxes:
                break
            found |= boxes
    return found


def _running_texts(pages: Sequence[PageText]) -> set[Key]:
    """Lines that repeat at one place over many pages; outside the margins only what looks like a watermark."""
    found: dict[Key, set[int]] = defaultdict(set)
    marks: dict[Key, set[int]] = defaultdict(set)
    for page in pages:
        for line in page.lines:
            repeats = found if _in_margin(line, page) else marks if _may_be_watermark(line) else None
            if repeats is None:
                continue
            for place in _places(line):
                repeats[_masked(line), place].add(page.number)
    needed = max(_MIN_REPEATS, _MIN_SHARE * len(pages))
    running = {key for key, numbers in found.items() if len(numbers) >= needed}
    return running | {key for key, numbers in marks.items() if len(numbers) >= max(4, 0.8 * len(pages))}


def _may_be_watermark(line: Line) -> bool:
    return (line.turn != 0 or line.size >= _WATERMARK_SIZE) and line.cells is None


def _in_margin(line: Line, page: PageText) -> bool:
    middle = (line.box[1] + line.box[3]) / 2
    return middle <= page.top_margin or middle >= page.bottom_margin


def _at_end(line: Line, page: PageText) -> bool:
    """In the margins, or on the first or last row of the page wherever that is."""
    middle = (line.box[1] + line.box[3]) / 2
    ends = [row[0].box for row in (page.rows[0], page.rows[-1])]
    return _in_margin(line, page) or any(abs(middle - (box[1] + box[3]) / 2) <= 3.0 for box in ends)


def _masked(line: Line) -> str:
    return _DIGITS.sub("#", line.text.casefold()).replace(" ", "")


def _places(line: Line) -> Iterable[int]:
    """The two overlapping bands the line's middle lies in, so that a small shift never parts equal texts."""
    middle = (line.box[1] + line.box[3]) / 2
    return int(middle / _PLACE) * 2, int((middle + _PLACE / 2) / _PLACE) * 2 + 1


def _key(line: Line, running: set[Key]) -> Key | None:
    text = _masked(line)
    return next(((text, place) for place in _places(line) if (text, place) in running), None)


def _page_numbers(pages: Sequence[PageText]) -> set[tuple[int, Rect]]:
    """(page, box) of lines in the margins that hold nothing but a number which counts along with the pages."""
    offsets: dict[int, list[tuple[int, Rect]]] = defaultdict(list)
    for page in pages:
        for line in page.lines:
            match = _PAGE_NUMBER.fullmatch(line.text) if len(line.text) <= 24 and _at_end(line, page) else None
            value = _value(match.group(1)) if match else None
            if value is not None:
                offsets[value - page.number].append((page.number, line.box))
    needed = 1 if len(pages) == 1 else 2
    proven = [found for offset, found in offsets.items() if len({n for n, _ in found}) >= needed]
    if len(pages) == 1:
        proven = [found for offset, found in offsets.items() if offset == 0]
    return {item for found in proven for item in found}


def _value(text: str) -> int | None:
    if text.isdigit():
        return int(text)
    values = {"i": 1, "v": 5, "x": 10, "l": 50, "c": 100}
    numerals = [values[char] for char in text.lower()]
    signed = (-a if a < b else a for a, b in zip(numerals, [*numerals[1:], 0], strict=True))
    return sum(signed)
