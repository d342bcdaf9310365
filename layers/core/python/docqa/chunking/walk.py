"""What the strategies have in common: one pass over a document's units, giving passages as they fill.

Text flows into the passage at hand until it is full; how it is parted is up to the strategy. Tables, records and
summaries are cut by lines, in passages of their own, whatever the strategy.

Headings: where they are embedded with each passage under them, a passage's first headings leave its text and become its
path; where they are not, they stay in the text. A heading with nothing under it is text.
"""

from collections.abc import AsyncIterable, AsyncIterator, Iterable, Sequence
from dataclasses import replace
from itertools import takewhile
from typing import ClassVar

from docqa.chunking.drafts import Draft, Numbering
from docqa.chunking.lines import HEADER_SHARE, Place, line_drafts, table_drafts
from docqa.chunking.pages import units_of
from docqa.chunking.pieces import Piece, Unit, on_a_new_line, total
from docqa.core.models import Block, BlockKind, Chunk, IngestOptions
from docqa.core.ports import Embed, TokenCounter

_MAX_OVERLAP = 1 / 2
"""Share of a passage that may be repeated from the one before."""

_ANNOUNCES = ":\uff1a"

_NEVER_CUT = (BlockKind.LIST_ITEM, BlockKind.CODE)
"""Begin a new passage rather than be cut, if they fit into one."""


class Walk:
    """One pass over a document. `add` and `finish` give the passages that became final."""

    parts_at_headings: ClassVar[bool] = False
    parts_at_pages: ClassVar[bool] = False
    overlaps: ClassVar[bool] = True
    fills_below: ClassVar[float] = 0.0
    """A block that does not fit whole is cut, to fill the passage, while that is emptier than this share."""

    def __init__(self, options: IngestOptions, tokens: TokenCounter) -> None:
        self.tokens = tokens
        self.limit = options.chunk_tokens
        self.overlap = min(options.overlap_tokens, int(self.limit * _MAX_OVERLAP)) if self.overlaps else 0
        self.embeds_headings = options.embed_headings
        self.room = self.limit
        """Tokens of a passage's own text: less than the limit where the headings take much of what the model reads."""
        self.pending: list[Piece] = []
        self.last: Draft | None = None
        self._out: list[Draft] = []
        self.borrowed = 0
        """Pieces of the passage at hand that the one before holds too."""
        self._carried: list[Piece] = []
        self._lone: Draft | None = None
        self._rows: list[Piece] = []
        self._rows_tokens = 0
        self._caption: Unit | None = None
        self._after_table = False
        self._outline: list[tuple[int, str]] = []
        self._path: tuple[str, ...] = ()
        self._start_path: tuple[str, ...] = ()
        self._section = 0

    def add(self, unit: Unit) -> list[Draft]:
        """Take the next unit."""
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
            self._heading(unit)
        else:
            self.prose(unit)
        if unit.kind is not BlockKind.CAPTION:
            self._after_table = False
        return self._taken()

    def finish(self) -> list[Draft]:
        """The passages that are left at the end."""
        if self._rows:
            self._flush_rows()
        if self._caption:
            self._place(self._caption)
        self.flush(final=True)
        self._emit_lone()
        if self.last:
            self._out.append(self.last)
        return self._taken()

    def _taken(self) -> list[Draft]:
        out, self._out = self._out, []
        return out

    # -- text ------------------------------------------------------------------------------------

    def prose(self, unit: Unit) -> None:
        held, coming = self.held(), unit.tokens
        fills_below = 0.0 if unit.kind in _NEVER_CUT else self.fills_below
        if held and held + coming > self.room >= coming and held >= fills_below * self.room:
            self.flush()
        for piece in unit.pieces:
            self.push(piece)

    def push(self, piece: Piece) -> None:
        """Add a piece to the passage at hand, or to a new one if it does not fit."""
        if self.held() and (self.held() + piece.tokens > self.room or self.must_part(self.pending[-1], piece)):
            self.flush()
        self.take_carried(piece.tokens)
        self.pending.append(piece)

    def must_part(self, left: Piece, right: Piece) -> bool:
        """Whether two pieces may not share a passage: a page ends between them, or within the first."""
        pages = self.parts_at_pages and left.kind is not BlockKind.HEADING
        return pages and (left.page_to != right.page_from or left.page_from != left.page_to)

    def held(self) -> int:
        """Tokens of the text at hand, the headings that will leave it apart; 0 when no text followed them yet."""
        leading = self._leading()
        if len(leading) == len(self.pending):
            return 0
        leaving = sum(piece.tokens for piece in leading if self._leaves(piece, leading[-1].opens))
        return total(self.pending) - leaving

    def _leaves(self, heading: Piece, path: tuple[str, ...]) -> bool:
        """Whether a heading at the beginning of a passage is embedded with its path and no part of its text."""
        return self.embeds_headings and heading.opens == path[: len(heading.opens)]

    def take_carried(self, coming: int) -> None:
        """Begin a passage with what it has in common with the one before, as far as the next piece leaves room."""
        if not self.pending:
            while self._carried and total(self._carried) + coming > self.room:
                self._carried.pop(0)
            self.pending = self._carried
            self.borrowed = len(self.pending)
        self._carried = []

    def carried(self, pieces: Sequence[Piece]) -> list[Piece]:
        """What of a finished passage the next one begins with: whole pieces, as many as the overlap takes."""
        kept: list[Piece] = []
        for piece in reversed(pieces):
            if total(kept) + piece.tokens > self.overlap:
                break
            kept.insert(0, piece)
        return kept if len(kept) < len(pieces) else []

    def flush(self, *, final: bool = False) -> None:
        """Close the passage at hand. Headings at its end wait for their text, unless it is the end of the document."""
        pieces = self.pending
        trailing = 0 if final else len(list(takewhile(_is_heading, reversed(pieces))))
        if trailing == len(pieces) and self._overfull():
            trailing = 0  # headings only, more than one passage takes
        body = pieces[: len(pieces) - trailing]
        self.pending = pieces[len(body) :]
        if not body:
            return
        self._close(body)
        self._carried = self.carried(body) if self.overlap and not self.pending else []

    def _overfull(self) -> bool:
        return total(self.pending) > self.room

    def _close(self, body: list[Piece]) -> None:
        leading = list(takewhile(_is_heading, body))
        path = leading[-1].opens if leading else self._start_path
        self._start_path = next((piece.opens for piece in reversed(body) if piece.opens), path)
        if len(leading) == len(body):
            self._add_lone(leading)
            self._emit_lone()
            return
        kept = [piece for piece in leading if not self._leaves(piece, path)]
        for group in self._packed([*kept, *body[len(leading) :]]):
            self.emit(Draft(group, path, self._section))

    def _packed(self, pieces: list[Piece]) -> list[list[Piece]]:
        """One passage; more only where headings that stay in the text have made it too long."""
        groups: list[list[Piece]] = [[]]
        for piece in pieces:
            if groups[-1] and total(groups[-1]) + piece.tokens > self.limit:
                groups.append([])
            groups[-1].append(piece)
        return groups

    def emit(self, draft: Draft) -> None:
        """Hand on a passage; the one before it is final now."""
        self._emit_lone()
        if self.last:
            self._out.append(self.last)
        self.last = draft

    # -- headings --------------------------------------------------------------------------------

    def _heading(self, unit: Unit) -> None:
        if self.parts_at_headings:
            self.flush()
        level = unit.level or 1
        self._outline = [entry for entry in self._outline if entry[0] < level]
        self._outline.append((level, " ".join(" ".join(piece.text for piece in unit.pieces).split())))
        self._section += 1
        self._path = tuple(text for _, text in self._outline)
        if self.parts_at_headings:
            self._set_lone_aside()
        self.room = self._room()
        for piece in unit.pieces:
            if not self.parts_at_headings and self.held() + piece.tokens > self.room:
                self.flush()
            self.pending.append(replace(piece, opens=self._path))
        if len(self._leading()) == len(self.pending) and self._overfull():
            self.flush()

    def _room(self) -> int:
        if not self.embeds_headings:
            return self.limit
        headings = sum(self.tokens.count(self._path[-2:]))
        return min(self.limit, max(self.limit // 2, self.tokens.max_tokens - headings))

    def _leading(self) -> list[Piece]:
        return list(takewhile(_is_heading, self.pending))

    def _set_lone_aside(self) -> None:
        """Headings that the next one closes, with nothing under them, share passages of their own."""
        lone = [piece for piece in self.pending if not _is_above(piece, self._path)]
        self.pending = [piece for piece in self.pending if _is_above(piece, self._path)]
        if lone:
            self._add_lone(lone)

    def _add_lone(self, pieces: Sequence[Piece]) -> None:
        path = pieces[0].opens[:-1]
        for piece in pieces:
            held = self._lone
            parts = held and self.parts_at_pages and held.pieces[-1].page_to != piece.page_from
            if held is None or parts or held.path != path or held.tokens + piece.tokens > self.limit:
                self._emit_lone()
                self._lone = Draft([piece], path, self._section, closed=True)
            else:
                held.pieces.append(piece)

    def _emit_lone(self) -> None:
        if self._lone:
            lone, self._lone = self._lone, None
            self.emit(lone)

    def _lead(self) -> list[Piece]:
        """Headings that stay in the text above a table, what flowed before it being closed."""
        self.flush()
        self._carried = []
        leading, self.pending = self.pending, []
        self._start_path = self._path
        return [piece for piece in leading if not self._leaves(piece, self._path)]

    # -- lines that stand for themselves ---------------------------------------------------------

    def _table(self, unit: Unit, caption: Sequence[Piece]) -> None:
        announced = self._announcement(unit)
        lead = [*self._lead(), *announced]
        self._emit_all(table_drafts(unit, lead, caption, self._here()))

    def _announcement(self, unit: Unit) -> list[Piece]:
        """A short paragraph that announces the table ("… as follows:") leaves the text at hand and goes with it."""
        last = next((n for n in range(len(self.pending) - 1, -1, -1) if self.pending[n].joiner.startswith("\n")), 0)
        block = self.pending[last:]
        if not block or _is_heading(block[-1]) or block[-1].text[-1] not in _ANNOUNCES:
            return []
        if total(block) > self.room * HEADER_SHARE or block[-1].page_to != unit.pieces[0].page_from:
            return []
        self.pending = self.pending[:last]
        return block

    def _summary(self, unit: Unit) -> None:
        lead = self._lead()
        self._emit_all(line_drafts([*lead, *unit.pieces], [], [], self._here()))

    def _here(self) -> Place:
        return Place(self.room, self._path, self._section, self.parts_at_pages, self.tokens)

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
            self._emit_all(line_drafts(self._lead(), [], [], self._here()))
        elif self._rows[-1].sheet != first.sheet:
            self._flush_rows()
            self._section += 1
        for piece in unit.pieces:
            full = self._rows_tokens + piece.tokens > self.room
            if self._rows and (full or self._rows[-1].row == piece.row):
                self._flush_rows()
            self._rows.append(piece)
            self._rows_tokens += piece.tokens

    def _flush_rows(self) -> None:
        self.emit(Draft(self._rows, self._path, self._section, closed=True))
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


def _is_heading(piece: Piece) -> bool:
    return piece.kind is BlockKind.HEADING


def _is_above(piece: Piece, path: tuple[str, ...]) -> bool:
    """Whether a heading is part of a path."""
    return piece.opens == path[: len(piece.opens)]


def _same_page(one: Unit, other: Unit) -> bool:
    return one.pieces[-1].page_to == other.pieces[0].page_from
