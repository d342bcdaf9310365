"""`SectionChunker`: passages that never reach across a heading, nor across a page without need.

Each section's first chunk begins with the section's heading, so that a heading can be found and quoted; a table's
chunks begin with the table's header line instead, in each chunk anew. CSV records are whole lines: line i of a chunk is
row `row_from + i`.
"""

from collections import deque
from collections.abc import AsyncIterable, AsyncIterator, Iterable
from dataclasses import dataclass, field, replace
from typing import ClassVar

from docqa.chunking.measure import LIMIT
from docqa.chunking.pages import crosses_page, merged_across
from docqa.chunking.pieces import Piece, joined, pieces_of
from docqa.core.models import Block, BlockKind, Box, Chunk, IngestOptions

_PARENT_LIMIT = 4 * LIMIT
_TAIL = 0.15 * LIMIT
_TAIL_SLACK = 1.2 * LIMIT
_HEADING_CHARS = 200  # what is longer was styled like a heading and is a paragraph


class SectionChunker:
    """Chunker by sections, pages and sentences; see the module."""

    version: ClassVar[str] = "sections-1"

    async def chunk(self, blocks: AsyncIterable[Block], options: IngestOptions) -> AsyncIterator[Chunk]:
        """Passages in document order."""
        for chunk in _Walk().run([block async for block in blocks if block.text.strip()]):
            yield chunk


@dataclass
class _Heading:
    level: int
    text: str
    pieces: list[Piece]
    shown: bool = False
    """Whether a chunk has this heading in its path or text."""


@dataclass
class _Draft:
    """A chunk before it gets its ordinal; `prefix` is a repeated table header."""

    pieces: list[Piece]
    path: tuple[str, ...]
    section: int
    prefix: Piece | None = None
    table: bool = False

    @property
    def size(self) -> float:
        return sum(piece.size for piece in self.pieces) + (self.prefix.size if self.prefix else 0)

    @property
    def pages(self) -> tuple[int | None, int | None]:
        return self.pieces[0].page_from, self.pieces[-1].page_to


@dataclass
class _Walk:
    """One pass over the blocks of a document."""

    drafts: list[_Draft] = field(default_factory=list)
    pending: list[Piece] = field(default_factory=list)
    path: list[_Heading] = field(default_factory=list)
    section: int = 0

    def run(self, blocks: list[Block]) -> list[Chunk]:
        queue = deque(blocks)
        while queue:
            block = queue.popleft()
            if queue and crosses_page(block, queue[0]):
                pieces, rest = merged_across(block, queue.popleft())
                self._add_pieces(pieces)
                if rest:
                    queue.appendleft(rest)
            else:
                self._add(block)
        self._flush()
        self._show_lone_headings(0)
        return _numbered(self.drafts)

    def _add(self, block: Block) -> None:
        if block.kind is BlockKind.HEADING and len(block.text) <= _HEADING_CHARS:
            self._open_section(block)
        elif block.kind is BlockKind.TABLE:
            self._add_table(block)
        else:
            self._add_pieces(pieces_of(block))

    def _open_section(self, block: Block) -> None:
        self._flush()
        level = block.level or 1
        self._show_lone_headings(level)
        while self.path and self.path[-1].level >= level:
            self.path.pop()
        self.path.append(_Heading(level, " ".join(block.text.split()), pieces_of(block)))
        self.section += 1

    def _show_lone_headings(self, level: int) -> None:
        """Give headings with nothing under them, which a heading of `level` is about to close, a chunk of their own."""
        lone = [heading for heading in self.path if heading.level >= level and not heading.shown]
        if not lone:
            return
        above = tuple(heading.text for heading in self.path if heading.level < lone[0].level)
        pieces = [piece for heading in lone for piece in heading.pieces]
        for heading in lone:
            heading.shown = True
        last = self.drafts[-1] if self.drafts else None
        for group in _packed(pieces):
            if last and self._is_lone(last, above) and _mergeable(last, group):
                last.pieces.extend(group)
            else:
                last = _Draft(group, above, -1)
                self.drafts.append(last)

    @staticmethod
    def _is_lone(draft: _Draft, path: tuple[str, ...]) -> bool:
        return draft.section == -1 and draft.path == path

    def _add_pieces(self, pieces: list[Piece]) -> None:
        if not pieces:
            return
        first = pieces[0]
        if self.pending and _must_part(self.pending[-1], first):
            self._flush()
        if not self.pending:
            self.pending = self._heading_pieces(first)
        held, coming = _total(self.pending), _total(pieces)
        if held + coming > LIMIT >= coming and held >= LIMIT / 2:
            self._flush()  # the paragraph stays whole
        for piece in pieces:
            over = bool(self.pending) and _total(self.pending) + piece.size > LIMIT
            if over or (self.pending and _must_part(self.pending[-1], piece)):
                self._flush()
            self.pending.append(piece)

    def _heading_pieces(self, first: Piece) -> list[Piece]:
        """The headings to open a section's first chunk with: those not shown yet, from the page of the text."""
        if first.row is not None:
            return []
        fresh = [heading for heading in self.path if not heading.shown]
        pieces = [piece for heading in fresh for piece in heading.pieces if piece.page_from == first.page_from]
        return pieces if _total(pieces) <= LIMIT / 2 else []

    def _add_table(self, block: Block) -> None:
        self._flush()
        pieces = pieces_of(block)
        header = pieces[0] if block.has_header and len(pieces) > 1 and pieces[0].size <= LIMIT / 3 else None
        room = LIMIT - (header.size if header else 0)
        groups = _packed(pieces[1:] if header else pieces, room)
        for group in groups:
            self.drafts.append(_Draft(group, self._take_path(), self.section, header, table=True))

    def _flush(self) -> None:
        if not self.pending:
            return
        draft = _Draft(self.pending, self._take_path(), self.section)
        self.pending = []
        last = self.drafts[-1] if self.drafts else None
        if last and not last.table and draft.size < _TAIL and _is_tail(last, draft):
            last.pieces.extend(draft.pieces)
        else:
            self.drafts.append(draft)

    def _take_path(self) -> tuple[str, ...]:
        for heading in self.path:
            heading.shown = True
        return tuple(heading.text for heading in self.path)


def _must_part(left: Piece, right: Piece) -> bool:
    """Whether two pieces may not share a chunk: a page ends between them, rows begin or end, or both are one row's.

    A piece that itself reaches to the next page ends its chunk.
    """
    page_ends = left.page_to != right.page_from or left.page_from != left.page_to
    rows_begin = (left.row is None) != (right.row is None)
    return page_ends or rows_begin or (left.row is not None and left.row == right.row)


def _total(pieces: Iterable[Piece]) -> float:
    return sum(piece.size for piece in pieces)


def _packed(pieces: list[Piece], limit: float = LIMIT) -> list[list[Piece]]:
    groups: list[list[Piece]] = []
    for piece in pieces:
        if groups and _total(groups[-1]) + piece.size <= limit and groups[-1][-1].page_to == piece.page_from:
            groups[-1].append(piece)
        else:
            groups.append([piece])
    return groups


def _mergeable(draft: _Draft, group: list[Piece]) -> bool:
    return draft.pages[1] == group[0].page_from and draft.size + _total(group) <= LIMIT


def _is_tail(last: _Draft, draft: _Draft) -> bool:
    same_page = len({*last.pages, *draft.pages}) == 1
    same_place = same_page and last.section == draft.section and last.path == draft.path
    return same_place and draft.pieces[0].row is None and last.size + draft.size <= _TAIL_SLACK


def _numbered(drafts: list[_Draft]) -> list[Chunk]:
    chunks: list[Chunk] = []
    parent, parent_size, section = -1, 0.0, None
    for draft in drafts:
        if parent < 0 or draft.section != section or parent_size + draft.size > _PARENT_LIMIT:
            parent, parent_size, section = parent + 1, 0.0, draft.section
        parent_size += draft.size
        chunks.append(_finished(draft, len(chunks), parent))
    return chunks


def _finished(draft: _Draft, ordinal: int, parent: int) -> Chunk:
    pieces = [draft.prefix, *draft.pieces] if draft.prefix else draft.pieces
    if draft.prefix:
        pieces = [draft.prefix, replace(draft.pieces[0], joiner="\n"), *draft.pieces[1:]]
    rows = [piece.row for piece in draft.pieces if piece.row is not None]
    return Chunk(
        ordinal=ordinal,
        parent=parent,
        text=joined(pieces),
        heading_path=draft.path,
        page_from=draft.pages[0],
        page_to=draft.pages[1],
        row_from=min(rows, default=None),
        row_to=max(rows, default=None),
        boxes=_distinct(piece.boxes for piece in pieces),
    )


def _distinct(groups: Iterable[tuple[Box, ...]]) -> tuple[Box, ...]:
    return tuple(dict.fromkeys(box for boxes in groups for box in boxes))
