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
_MARGIN = 0.12  # of the height that is written on
_PLACE = 12.0  # points that a running text may move from scan to scan
_ALIKE = 0.8  # share of characters that two readings of one text have in common
_MAX_CHARS, _MAX_WORDS = 150, 12
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
    """A text at the edge of a page: its letters and digits, the same with digits masked, the middle of its height.

    `number`: if it may be the number of the page. `exact`: only the very same text is the same.
    """

    text: str
    masked: str
    middle: float
    number: int | None
    exact: bool

    def like(self, other: "_Mark") -> bool:
        """Whether both are readings of one text at one place."""
        if not self.near(other) or self.number is not None:
            return False
        if self.text == other.text:
            return True
        if self.exact or other.exact:
            return False
        pair = SequenceMatcher(None, self.masked, other.masked, autojunk=False)
        return pair.real_quick_ratio() >= _ALIKE and pair.quick_ratio() >= _ALIKE and pair.ratio() >= _ALIKE

    def near(self, other: "_Mark") -> bool:
        return abs(self.middle - other.middle) <= _PLACE


@dataclass(slots=True)
class _Page:
    """`marks`: by the place of the block in `blocks`. `top`, `bottom`: what is written on, in points."""

    number: int | None
    blocks: list[Block] = field(default_factory=list)
    marks: dict[int, _Mark] = field(default_factory=dict)
    top: float = 0.0
    bottom: float = 0.0

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
        self._gone.append(_Page(page.number, marks=page.marks, top=page.top, bottom=page.bottom))
        yield from (block for place, block in enumerate(page.blocks) if place not in dropped)

    def _repeated(self, page: _Page, others: Sequence[_Page]) -> Iterator[int]:
        """Places of blocks to leave out."""
        needed = max(_MIN_REPEATS, _MIN_SHARE * (len(others) + 1)) - 1
        top, bottom = min(one.top for one in (page, *others)), max(one.bottom for one in (page, *others))
        margin = _MARGIN * (bottom - top)
        for edge in page.edges():
            for place in edge:
                mark = page.marks.get(place)
                if mark is None or top + margin < mark.middle < bottom - margin:
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
    """Set the marks of a page that is complete: its short recognised texts near the edges."""
    boxes = [box for block in page.blocks for box in block.boxes]
    if boxes:
        page.top, page.bottom = min(box.y0 for box in boxes), max(box.y1 for box in boxes)
    for edge in page.edges():
        for place in edge:
            block = page.blocks[place]
            if block.confidence is not None and block.kind in _KINDS and len(block.text) <= _MAX_CHARS:
                page.marks[place] = _mark_of(block)


def _mark_of(block: Block) -> _Mark:
    text = "".join(char for char in block.text.casefold() if char.isalnum())
    number = _PAGE_NUMBER.fullmatch(block.text)
    return _Mark(
        text=text,
        masked=_DIGITS.sub("#", text),
        middle=(block.boxes[0].y0 + block.boxes[0].y1) / 2,
        number=int(number.group(1)) if number else None,
        # sentences and headings of many pages may differ in a number or a name only
        exact=block.kind is BlockKind.HEADING or block.text.endswith(".") or len(block.text.split()) > _MAX_WORDS,
    )


def _counts_along(mark: _Mark, page: _Page, others: Sequence[_Page]) -> bool:
    """Whether a text is nothing but a number that grows with the pages."""
    if mark.number is None or page.number is None:
        return False
    offset = mark.number - page.number
    agreeing = sum(
        any(near.number == other.number + offset and near.near(mark) for near in other.marks.values())
        for other in others
        if other.number is not None
    )
    return agreeing >= _MIN_REPEATS - 1
