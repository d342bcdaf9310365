"""What the strategies have in common: one pass over a document's units, giving passages as they fill.

Text flows into the passage at hand until it is full (`flow.py`); how it is parted is up to the strategy. Tables,
records and summaries are cut by lines, in passages of their own, whatever the strategy.
"""

from collections.abc import AsyncIterable, AsyncIterator, Iterable, Sequence
from typing import ClassVar

from docqa.chunking.drafts import Draft, Numbering
from docqa.chunking.flow import Flow, is_heading
from docqa.chunking.lines import HEADER_SHARE, Place, line_drafts, table_drafts
from docqa.chunking.pages import units_of
from docqa.chunking.pieces import Piece, Unit, on_a_new_line, total
from docqa.core.models import Block, BlockKind, Chunk, IngestOptions
from docqa.core.ports import Embed, TokenCounter

_ANNOUNCES = ":\uff1a"


class Walk(Flow):
    """One pass over a document. `add` and `finish` give the passages that became final."""

    def __init__(self, options: IngestOptions, tokens: TokenCounter) -> None:
        super().__init__(options, tokens)
        self._rows: list[Piece] = []
        self._rows_tokens = 0
        self._caption: Unit | None = None
        self._after_table = False
        self._record: int | None = None

    def add(self, unit: Unit) -> list[Draft]:
        """Take the next unit."""
        if unit.pieces[0].record != self._record:
            self._leave_record()
            self._record = unit.pieces[0].record
        if self._rows and unit.kind is not BlockKind.ROW:
            self._flush_rows()
        caption, self._caption = self._caption, None
        if caption and not (unit.kind is BlockKind.TABLE and _same_page(caption, unit)):
            self._place(caption)
            caption = None
        if unit.kind is BlockKind.CAPTION:
            self._caption = unit
        elif unit.kind is BlockKind.TABLE:
            self._table(unit, caption.pieces if caption else ())
            self._after_table = True
            return self._taken()
        elif unit.kind is BlockKind.ROW:
            self._row(unit)
        elif unit.kind is BlockKind.SUMMARY:
            self._summary(unit)
        elif unit.kind is BlockKind.HEADING:
            self.heading(unit)
        else:
            self.prose(unit)
        if unit.kind is not BlockKind.CAPTION:
            self._after_table = False
        return self._taken()

    def finish(self) -> list[Draft]:
        """The passages that are left at the end."""
        self._leave_record()
        return self._taken()

    def _leave_record(self) -> None:
        """Close all that is at hand: nothing of it goes on."""
        if self._rows:
            self._flush_rows()
        if self._caption:
            self._place(self._caption)
            self._caption = None
        self._after_table = False
        self.end()

    def _taken(self) -> list[Draft]:
        out, self.out = self.out, []
        return out

    def _table(self, unit: Unit, caption: Sequence[Piece]) -> None:
        announced = self._announcement(unit)
        lead = [*self.lead(), *announced]
        self._emit_all(table_drafts(unit, lead, caption, self._here()))

    def _announcement(self, unit: Unit) -> list[Piece]:
        """A short paragraph that announces the table ("… as follows:") leaves the text at hand and goes with it."""
        last = next((n for n in range(len(self.pending) - 1, -1, -1) if self.pending[n].joiner.startswith("\n")), 0)
        block = self.pending[last:]
        if not block or is_heading(block[-1]) or block[-1].text[-1] not in _ANNOUNCES:
            return []
        if total(block) > self.room * HEADER_SHARE or block[-1].page_to != unit.pieces[0].page_from:
            return []
        self.pending = self.pending[:last]
        return block

    def _summary(self, unit: Unit) -> None:
        lead = self.lead()
        self._emit_all(line_drafts([*lead, *unit.pieces], [], [], self._here()))

    def _here(self) -> Place:
        return Place(self.room, self.path, self.section, self.parts_at_pages, self.tokens)

    def _emit_all(self, drafts: Iterable[Draft]) -> None:
        for draft in drafts:
            self.emit(draft)

    def _place(self, caption: Unit) -> None:
        """A caption that no table follows: it belongs to the table before it, or flows with the text."""
        last = self.last
        near = self._after_table and last and last.pages[1] == caption.pieces[0].page_from
        if near and last and last.tokens + caption.tokens <= self.room:
            last.pieces.extend(on_a_new_line(caption.pieces))
        else:
            self.prose(caption)

    def _row(self, unit: Unit) -> None:
        first = unit.pieces[0]
        if not self._rows:
            self._emit_all(line_drafts(self.lead(), [], [], self._here()))
        elif self._rows[-1].sheet != first.sheet:
            self._flush_rows()
            self.section += 1
        for piece in unit.pieces:
            full = self._rows_tokens + piece.tokens > self.room
            if self._rows and (full or self._rows[-1].row != (piece.row or 0) - 1):  # line i is row `row_from + i`
                self._flush_rows()
            self._rows.append(piece)
            self._rows_tokens += piece.tokens

    def _flush_rows(self) -> None:
        self.emit(Draft(self._rows, self.path, self.section, closed=True))
        self._rows, self._rows_tokens = [], 0


class WalkingChunker:
    """Chunker by a `Walk`. `embed` is for those that compare meanings."""

    version: ClassVar[str]
    walk: ClassVar[type[Walk]]

    def __init__(self, tokens: TokenCounter, embed: Embed | None = None) -> None:
        self._tokens = tokens
        self._embed = embed

    async def chunk(self, blocks: AsyncIterable[Block], options: IngestOptions) -> AsyncIterator[Chunk]:
        """Passages in document order."""
        numbering = Numbering(options.chunk_tokens)
        walk = self.walk(options, self._tokens)
        async for unit in self.prepared(units_of(blocks, options.chunk_tokens, self._tokens)):
            for draft in walk.add(unit):
                yield numbering.finished(draft)
        for draft in walk.finish():
            yield numbering.finished(draft)

    def prepared(self, units: AsyncIterator[Unit]) -> AsyncIterator[Unit]:
        """The units as the walk takes them."""
        return units


def _same_page(one: Unit, other: Unit) -> bool:
    return one.pieces[-1].page_to == other.pieces[0].page_from
