"""From rows of text to blocks: headings, paragraphs with mended hyphenation, list items, tables."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from statistics import median

from docqa.core.models import Block, BlockKind, Box
from docqa.parsing.pdf_lines import Line, PageText, Rect
from docqa.parsing.pdf_order import Row, columns, rows
from docqa.parsing.pdf_tables import aligned_runs, cells_of, grid
from docqa.parsing.tables import table_block

_BULLET = re.compile(
    r"^[\u2022\u25aa\u25e6\u25cf\u25cb\u25a0\u25a1\u00b7\u2023\u27a2\u2713\uf0b7\uf0a7\u2043]\s*(?=\S)"
    r"|^[-*\u2013\u2014]\s+(?=\S)"
)
_NUMBERED = re.compile(r"^\(?(?:\d{1,3}|[A-Za-z]|[ivx]{2,5})[.)]\s+\S")
_ENDS = re.compile(r"[.!?:;\u2026\u3002\uff01\uff1f\u061f\u06d4][\"'\u2019\u201d\u00bb)\]\u201c]*$")
_CJK_END = re.compile("[\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef]$")
_CJK_START = re.compile("^[\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef]")
_HYPHENATED = re.compile(r"([^\W\d_]+)-$")
_WORD_START = re.compile(r"^[^\W\d_]+")
_RATIOS = ((1.9, 1), (1.5, 2), (1.25, 3), (1.1, 4))
_LONGEST_WORD = 60
_BOLD_LEVEL = 5
_MAX_HEADING_CHARS = 160
_MAX_HEADING_ROWS = 3


@dataclass(frozen=True, slots=True)
class Style:
    """What body text looks like around here: its size in points; hyphenated words seen whole."""

    body_size: float
    words: frozenset[str] = frozenset()


def style_of(pages: Sequence[PageText]) -> Style:
    """Body size: the one that most characters of a window of pages have."""
    sizes: Counter[float] = Counter()
    words: set[str] = set()
    for page in pages:
        for line in page.lines:
            sizes[round(line.size * 2) / 2] += len(line.text)
            words.update(word.strip(".,;:()") for word in line.text.split() if "-" in word[1:-1])
    return Style(max(sizes, key=lambda size: (sizes[size], -size)) if sizes else 10.0, frozenset(words))


def page_blocks(page: PageText, style: Style, outline: dict[str, int]) -> Iterator[Block]:
    """The blocks of one page. `outline`: titles of the PDF's outline that point to this page, squeezed, with levels."""
    for turn in _turns(page.lines):
        turned = [line for line in page.lines if line.turn == turn]
        if turn < 0:
            yield from (_block(BlockKind.PARAGRAPH, line.text, [line], page.number) for line in turned)
            continue
        for column in columns(turned):
            yield from _Column(page.number, style, outline).blocks(rows(column))


def _turns(lines: Iterable[Line]) -> list[int]:
    """Directions of text on the page, the one with most characters first."""
    amounts: Counter[int] = Counter()
    for line in lines:
        amounts[line.turn] += len(line.text) + (1_000 if line.cells else 0)
    return sorted(amounts, key=lambda turn: (turn < 0, -amounts[turn], turn))


@dataclass
class _Column:
    """Builds the blocks of one column from its rows."""

    page: int
    style: Style
    outline: dict[str, int]
    held: list[Row] = field(default_factory=list)
    left: float = 0.0
    right: float = 0.0
    pitch: float = 0.0

    def blocks(self, found: list[Row]) -> Iterator[Block]:
        self._measure(found)
        grouped = [[] if row.cells[0].cells else cells_of(row) for row in found]
        tables = dict(aligned_runs(grouped))
        index = 0
        while index < len(found):
            end = tables.get(index)
            row = found[index]
            if end is not None:
                yield from self._flush()
                yield from self._aligned(found[index:end], grouped[index:end])
                index = end
                continue
            if row.cells[0].cells:
                yield from self._flush()
                yield from self._ruled(row.cells[0])
            else:
                if self.held and self._breaks(self.held[-1], row):
                    yield from self._flush()
                self.held.append(row)
            index += 1
        yield from self._flush()

    def _measure(self, found: list[Row]) -> None:
        text = [row for row in found if not row.cells[0].cells] or found
        self.left, self.right = min(row.x0 for row in text), max(row.x1 for row in text)
        steps = [b.y1 - a.y1 for a, b in pairwise(text) if 0 < b.y1 - a.y1 < 4 * _size(b)]
        self.pitch = median(steps) if steps else 0.0

    def _breaks(self, upper: Row, lower: Row) -> bool:
        """Whether a new paragraph begins with `lower`."""
        ended = bool(_ENDS.search(_row_text(upper)))
        if self._looks(upper) != self._looks(lower) or _BULLET.match(_row_text(lower)):
            return True
        if _NUMBERED.match(_row_text(lower)) and (ended or _NUMBERED.match(_row_text(self.held[0]))):
            return True
        step, size = lower.y1 - upper.y1, _size(lower)
        usual = min(self.pitch or size * 1.2, size * 2.2)
        if step > 1.45 * usual or step < 0:
            return True
        width = self.right - self.left
        short = _gap_at_end(upper, self.left, self.right) > 0.2 * width
        indented = lower.x0 - upper.x0 > 0.8 * size and not _starts_item(upper) and len(self.held) > 1
        return ended and (short or indented)

    def _looks(self, row: Row) -> tuple[int, bool]:
        """Rows that look alike may be one paragraph: size in steps of a tenth of the body size, bold or not."""
        return round(_size(row) / (0.1 * self.style.body_size) / 1.5), _bold(row)

    def _flush(self) -> Iterator[Block]:
        held, self.held = self.held, []
        if not held:
            return
        lines = [line for row in held for line in row.cells]
        text = joined_rows([_row_text(row) for row in held], self.style.words)
        level = self._heading_level(held, text)
        if level is not None:
            yield _block(BlockKind.HEADING, text, lines, self.page, level)
            return
        stripped = _BULLET.sub("", text)
        item = stripped != text or _NUMBERED.match(text)
        yield _block(BlockKind.LIST_ITEM if item else BlockKind.PARAGRAPH, stripped, lines, self.page)

    def _heading_level(self, held: list[Row], text: str) -> int | None:
        if len(held) > _MAX_HEADING_ROWS or len(text) > _MAX_HEADING_CHARS or not _wordy(text):
            return None
        if any(len(cells_of(row)) > 1 for row in held):
            return None
        listed = self.outline.get(squeezed(text))
        if listed is not None:
            return listed
        deeper = max(self.outline.values(), default=0) if self.outline else 0
        ratio = max(_size(row) for row in held) / self.style.body_size
        for least, level in _RATIOS:
            if ratio >= least:
                return level + deeper if not _is_sentence(text) or least >= 1.25 else None
        bold = all(_bold(row) for row in held)
        return _BOLD_LEVEL + deeper if bold and len(text) <= 100 and not _is_sentence(text) and ratio > 0.85 else None

    def _aligned(self, found: list[Row], grouped: list[list[list[Line]]]) -> Iterator[Block]:
        lines = [line for row in found for line in row.cells]
        block = table_block(grid(grouped), page=self.page, boxes=_boxes(lines, self.page))
        if block:
            yield block

    def _ruled(self, table: Line) -> Iterator[Block]:
        block = table_block(table.cells or (), page=self.page, boxes=_boxes([table], self.page))
        if block:
            yield block


def squeezed(text: str) -> str:
    """For comparing titles: letters and digits only, case folded."""
    return "".join(char for char in text.casefold() if char.isalnum())


def joined_rows(texts: Sequence[str], hyphenated: frozenset[str] = frozenset()) -> str:
    """Rows of one paragraph as running text. A hyphen at a row's end goes when a small letter follows, unless the word
    is written with it elsewhere (`hyphenated`); CJK rows join without a space."""
    parts: list[str] = []
    for text in texts:
        if parts:
            parts[-1], gap = _joint(parts[-1], text, hyphenated)
            parts.append(gap)
        parts.append(text)
    return "".join(parts).replace("\u00ad", "")


def _joint(left: str, right: str, hyphenated: frozenset[str]) -> tuple[str, str]:
    """The upper row as it ends in running text, and what stands between it and the lower one."""
    if left.endswith("\u00ad"):
        return left[:-1], ""
    broken, rest = _HYPHENATED.search(left[-_LONGEST_WORD:]), _WORD_START.match(right)
    if broken and rest:
        keeps = not right[:1].islower() or f"{broken.group(1)}-{rest.group()}" in hyphenated
        return (left, "") if keeps else (left[:-1], "")
    if _CJK_END.search(left[-1:]) and _CJK_START.match(right):
        return left, ""
    return left, " "


def _wordy(text: str) -> bool:
    letters = sum(char.isalpha() for char in text)
    return letters >= 2 and letters * 3 >= len(text)


def _is_sentence(text: str) -> bool:
    return (text.rstrip().endswith((".", ",", ";")) and len(text) > 30) or text.rstrip().endswith((",", ";"))


def _starts_item(row: Row) -> bool:
    text = _row_text(row)
    return bool(_BULLET.match(text) or _NUMBERED.match(text))


def _gap_at_end(row: Row, left: float, right: float) -> float:
    return row.x0 - left if row.cells[0].rtl else right - row.x1


def _row_text(row: Row) -> str:
    return " ".join(line.text for line in row.cells)


def _size(row: Row) -> float:
    return max(row.cells, key=lambda line: len(line.text)).size


def _bold(row: Row) -> bool:
    return all(line.bold for line in row.cells)


def _block(kind: BlockKind, text: str, lines: Sequence[Line], page: int, level: int | None = None) -> Block:
    return Block(kind=kind, text=text, page=page, level=level, boxes=_boxes(lines, page))


def _boxes(lines: Sequence[Line], page: int) -> tuple[Box, ...]:
    """One box around all lines."""
    x0, y0, x1, y1 = _around([line.box for line in lines])
    return (Box(page=page, x0=round(x0, 2), y0=round(y0, 2), x1=round(x1, 2), y1=round(y1, 2)),)


def _around(boxes: Sequence[Rect]) -> Rect:
    return min(b[0] for b in boxes), min(b[1] for b in boxes), max(b[2] for b in boxes), max(b[3] for b in boxes)
