"""Running heads, feet and page numbers of recognised pages, left out of a stream of blocks.

Pages of text lose theirs while they are parsed, a window of pages at a time. A recognised page is parsed by itself, so
what repeats shows only here, where the pages come together. Blocks that were not recognised pass untouched.
"""

import re
from collections import deque
from collections.abc import AsyncIterable, AsyncIterator, Iterator, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher

from docqa.core.models import Block, BlockKind

LOOK_AROUND = 12
"""Pages before and after a page that are compared with it; as many are held back."""
_MIN_REPEATS = 3
_MIN_SHARE = 0.4  # left and right pages may differ
_PLACE = 12.0  # points that a running text may move from scan to scan
_ALIKE = 0.8  # share of characters that two readings of one text have in common
_MAX_CHARS = 150
_MAX_EDGE_BLOCKS = 3
_KINDS = frozenset({BlockKind.PARAGRAPH, BlockKind.HEADING, BlockKind.LIST_ITEM, BlockKind.CAPTION, BlockKind.NOTE})
_DIGITS = re.compile(r"\d+")
_PAGE_NUMBER = re.compile(
    r"\W*(?:page|seite|p|pg|s|\u7b2c)?[.:]?\s*(\d{1,4})\s*(?:\u9875|\u9801)?\s*(?:(?:of|von|de|sur|/)\s*\d{1,4})?\W*",
    re.IGNORECASE,
)


async def without_running_text(blocks: AsyncIterable[Block]) -> AsyncIterator[Block]:
    """The blocks in their order without what repeats at the edge of recognised pages; the first one of each stays.

    Blocks come in the order of their pages; those of LOOK_AROUND pages are held at most.
    """
    stream = _Stream()
    async for block in blocks:
        for ready in stream.take(block):
            yield ready
    for ready in stream.rest():
        yield ready


@dataclass(frozen=True, slots=True)
class _Mark:
    """A text at the edge of a page: digits masked, letters and digits only; the middle of its height; its number."""

    text: str
    middle: float
    number: int | None

    def like(self, other: "_Mark") -> bool:
        """Whether both are readings of one text at one place."""
        if abs(self.middle - other.middle) > _PLACE:
            return False
        if self.text == other.text:
            return True
        pair = SequenceMatcher(None, self.text, other.text, autojunk=False)
        return pair.real_quick_ratio() >= _ALIKE and pair.quick_ratio() >= _ALIKE and pair.ratio() >= _ALIKE


@dataclass(slots=True)
class _Page:
    number: int | None
    blocks: list[Block] = field(default_factory=list)
    marks: dict[int, _Mark] = field(default_factory=dict)
    """By the place of the block in `blocks`."""

    def edges(self) -> Iterator[list[int]]:
        """Places of the outermost blocks, from the top edge inwards and from the bottom edge inwards."""
        placed = sorted((block.boxes[0].y0, place) for place, block in enumerate(self.blocks) if block.boxes)
        for order in (placed, placed[::-1]):
            yield [place for _, place in order[:_MAX_EDGE_BLOCKS]]


class _Stream:
    """Pages that wait until enough is known of what follows them, and the marks of those that have gone."""

    def __init__(self) -> None:
        self._waiting: deque[_Page] = deque()
        self._gone: deque[_Page] = deque(maxlen=LOOK_AROUND)
        self._kept: list[_Mark] = []

    def take(self, block: Block) -> Iterator[Block]:
        """Add a block; those that can go now."""
        if block.page is None and not self._waiting:
            yield block
            return
        if not self._waiting or block.page not in (None, self._waiting[-1].number):
            if self._waiting:
                _mark(self._waiting[-1])
            self._waiting.append(_Page(block.page))
        self._waiting[-1].blocks.append(block)
        while len(self._waiting) > LOOK_AROUND + 1:
            yield from self._go()

    def rest(self) -> Iterator[Block]:
        """All that is left."""
        if self._waiting:
            _mark(self._waiting[-1])
        while self._waiting:
            yield from self._go()

    def _go(self) -> Iterator[Block]:
        page = self._waiting.popleft()
        others = [other for other in (*self._gone, *list(self._waiting)[:LOOK_AROUND]) if other.marks]
        dropped = set(self._repeated(page, others)) if page.marks else set()
        self._gone.append(_Page(page.number, marks=page.marks))
        yield from (block for place, block in enumerate(page.blocks) if place not in dropped)

    def _repeated(self, page: _Page, others: Sequence[_Page]) -> Iterator[int]:
        """Places of blocks to leave out."""
        needed = max(_MIN_REPEATS, _MIN_SHARE * (len(others) + 1)) - 1
        for edge in page.edges():
            for place in edge:
                mark = page.marks.get(place)
                if mark is None:
                    break  # the text of the page begins
                if _counts_along(mark, page, others):
                    yield place
                elif sum(any(map(mark.like, other.marks.values())) for other in others) < needed:
                    break
                elif any(map(mark.like, self._kept)):
                    yield place
                else:
                    self._kept.append(mark)


def _mark(page: _Page) -> None:
    """Set the marks of a page that is complete: its recognised texts of one line or two near the edges."""
    for edge in page.edges():
        for place in edge:
            block = page.blocks[place]
            text = "".join(char for char in _DIGITS.sub("#", block.text.casefold()) if char.isalnum() or char == "#")
            if block.confidence is None or block.kind not in _KINDS or len(block.text) > _MAX_CHARS or not text:
                continue
            number = _PAGE_NUMBER.fullmatch(block.text)
            middle = (block.boxes[0].y0 + block.boxes[0].y1) / 2
            page.marks[place] = _Mark(text, middle, int(number.group(1)) if number else None)


def _counts_along(mark: _Mark, page: _Page, others: Sequence[_Page]) -> bool:
    """Whether a text is nothing but a number that grows with the pages."""
    if mark.number is None or page.number is None:
        return False
    offset = mark.number - page.number
    agreeing = sum(
        any(
            other.number is not None
            and near.number is not None
            and near.number - other.number == offset
            and abs(near.middle - mark.middle) <= _PLACE
            for near in other.marks.values()
        )
        for other in others
    )
    return agreeing >= _MIN_REPEATS - 1
