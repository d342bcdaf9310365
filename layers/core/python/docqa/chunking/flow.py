"""Text flowing into passages: the part of a walk that strategies shape.

Headings: where they are embedded with each passage under them, a passage's first headings leave its text and become its
path; where they are not, they stay in the text. A heading with nothing under it is text.
"""

from collections.abc import Sequence
from dataclasses import replace
from itertools import takewhile
from typing import ClassVar

from docqa.chunking.drafts import Draft
from docqa.chunking.pieces import Piece, Unit, total
from docqa.core.models import BlockKind, IngestOptions
from docqa.core.ports import TokenCounter

_MAX_OVERLAP = 1 / 2
"""Share of a passage that may be repeated from the one before."""

_NEVER_CUT = (BlockKind.LIST_ITEM, BlockKind.CODE)
"""Begin a new passage rather than be cut, if they fit into one."""


class Flow:
    """Takes headings and prose; `emit` hands passages on, each when the next one has begun."""

    parts_at_headings: ClassVar[bool] = False
    parts_at_pages: ClassVar[bool] = False
    overlaps: ClassVar[bool] = True
    fills_below: ClassVar[float] = 0.0
    """A block that does not fit whole is cut, to fill the passage, while that is emptier than this share."""

    def __init__(self, options: IngestOptions, tokens: TokenCounter) -> None:
        self.tokens = tokens
        self.limit = options.chunk_tokens
        self.room = self.limit
        """Tokens of a passage's own text: less than the limit where the headings take much of what the model reads."""
        self.overlap = min(options.overlap_tokens, int(self.limit * _MAX_OVERLAP)) if self.overlaps else 0
        self.embeds_headings = options.embed_headings
        self.pending: list[Piece] = []
        self.borrowed = 0
        """Pieces of the passage at hand that the one before holds too."""
        self.path: tuple[str, ...] = ()
        self.section = 0
        self.last: Draft | None = None
        self.out: list[Draft] = []
        self._carried: list[Piece] = []
        self._lone: Draft | None = None
        self._outline: list[tuple[int, str]] = []
        self._start_path: tuple[str, ...] = ()

    def end(self) -> None:
        """Close what is left at the end of the document, or of a record that stands alone; begin anew."""
        self.flush(final=True)
        self._emit_lone()
        if self.last:
            self.out.append(self.last)
        self.last = None
        self.path = self._start_path = ()
        self._outline, self._carried = [], []
        self.room = self.limit
        self.section += 1

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
        trailing = 0 if final else len(list(takewhile(is_heading, reversed(pieces))))
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
        leading = list(takewhile(is_heading, body))
        path = leading[-1].opens if leading else self._start_path
        self._start_path = next((piece.opens for piece in reversed(body) if piece.opens), path)
        if len(leading) == len(body):
            self._add_lone(leading)
            self._emit_lone()
            return
        kept = [piece for piece in leading if not self._leaves(piece, path)]
        for group in self._packed([*kept, *body[len(leading) :]]):
            self.emit(Draft(group, path, self.section))

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
            self.out.append(self.last)
        self.last = draft

    def heading(self, unit: Unit) -> None:
        if self.parts_at_headings:
            self.flush()
        level = unit.level or 1
        self._outline = [entry for entry in self._outline if entry[0] < level]
        self._outline.append((level, " ".join(" ".join(piece.text for piece in unit.pieces).split())))
        self.section += 1
        self.path = tuple(text for _, text in self._outline)
        if self.parts_at_headings:
            self._set_lone_aside()
        self.room = self._room()
        for piece in unit.pieces:
            if not self.parts_at_headings and self.held() + piece.tokens > self.room:
                self.flush()
            self.pending.append(replace(piece, opens=self.path))
        if len(self._leading()) == len(self.pending) and self._overfull():
            self.flush()

    def _room(self) -> int:
        if not self.embeds_headings:
            return self.limit
        headings = sum(self.tokens.count(self.path[-2:]))
        return min(self.limit, max(self.limit // 2, self.tokens.max_tokens - headings))

    def _leading(self) -> list[Piece]:
        return list(takewhile(is_heading, self.pending))

    def _set_lone_aside(self) -> None:
        """Headings that the next one closes, with nothing under them, share passages of their own."""
        lone = [piece for piece in self.pending if not _is_above(piece, self.path)]
        self.pending = [piece for piece in self.pending if _is_above(piece, self.path)]
        if lone:
            self._add_lone(lone)

    def _add_lone(self, pieces: Sequence[Piece]) -> None:
        path = pieces[0].opens[:-1]
        for piece in pieces:
            held = self._lone
            parts = held and self.parts_at_pages and held.pieces[-1].page_to != piece.page_from
            if held is None or parts or held.path != path or held.tokens + piece.tokens > self.limit:
                self._emit_lone()
                self._lone = Draft([piece], path, self.section, closed=True)
            else:
                held.pieces.append(piece)

    def _emit_lone(self) -> None:
        if self._lone:
            lone, self._lone = self._lone, None
            self.emit(lone)

    def lead(self) -> list[Piece]:
        """Headings that stay in the text above a table, what flowed before it being closed."""
        self.flush()
        self._carried = []
        leading, self.pending = self.pending, []
        self._start_path = self.path
        return [piece for piece in leading if not self._leaves(piece, self.path)]


def is_heading(piece: Piece) -> bool:
    return piece.kind is BlockKind.HEADING


def _is_above(piece: Piece, path: tuple[str, ...]) -> bool:
    """Whether a heading is part of a path."""
    return piece.opens == path[: len(piece.opens)]
