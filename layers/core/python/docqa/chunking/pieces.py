"""The smallest things a passage is made of: a sentence, a line of a table or of code, a record.

A piece knows where it stands in the document's text, on which pages, and which parts of it are printed where.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from docqa.chunking.geometry import around, merged
from docqa.chunking.measure import long_cuts
from docqa.core.models import Block, BlockKind, Box, Span
from docqa.core.ports import TokenCounter
from docqa.core.text import sentence_spans

HEADING_CHARS = 200
"""What is longer was styled like a heading and is a paragraph."""

_LINES = (BlockKind.TABLE, BlockKind.ROW, BlockKind.CODE)


@dataclass(frozen=True, slots=True)
class Piece:
    """A text that is not cut further without need.

    `joiner` stands before it when another piece precedes it in the passage. `start` to `end` is its place in the
    document's text. `spans` count the characters of `text`. `opens` is the heading path from a heading on, itself
    included. `drifts`: the subject changes before it.
    """

    text: str
    joiner: str
    tokens: int
    start: int
    end: int
    kind: BlockKind
    page_from: int | None = None
    page_to: int | None = None
    spans: tuple[Span, ...] = ()
    row: int | None = None
    sheet: str | None = None
    language: str | None = None
    opens: tuple[str, ...] = ()
    drifts: bool = False

    @property
    def record(self) -> int | None:
        """The record that stands alone, which the piece is part of; records of a table may share a passage."""
        return None if self.kind is BlockKind.ROW else self.row

    @property
    def boxes(self) -> tuple[Box, ...]:
        """Where it is printed: a table's line as one, lines of text put together."""
        boxes = [span.box for span in self.spans]
        return around(boxes) if self.kind is BlockKind.TABLE else merged(boxes)


@dataclass(frozen=True, slots=True)
class Unit:
    """A block and its pieces, in order; never empty."""

    kind: BlockKind
    pieces: tuple[Piece, ...]
    level: int | None = None
    has_header: bool = False

    @property
    def tokens(self) -> int:
        return total(self.pieces)


def unit_of(block: Block, start: int, limit: int, tokens: TokenCounter) -> Unit | None:
    """The pieces of the block whose text begins at `start` of the document; none is larger than the limit."""
    text = block.text
    cuts = list(_line_cuts(block, limit, tokens) if block.kind in _LINES else _sentence_cuts(text, limit, tokens))
    if not cuts:
        return None
    kind, level = block.kind, block.level or 1
    if kind is BlockKind.HEADING and len(text) > HEADING_CHARS:
        kind = BlockKind.PARAGRAPH
    places = _Places(block)
    counts = tokens.count([text[left:right] for left, right in cuts])
    pieces = []
    before: int | None = None
    for (left, right), count in zip(cuts, counts, strict=True):
        spans = places.within(left, right)
        pages = [span.box.page for span in spans] or ([] if block.page is None else [block.page])
        pieces.append(
            Piece(
                text=text[left:right],
                joiner="\n" if before is None else text[before:left],
                tokens=count,
                start=start + left,
                end=start + right,
                kind=kind,
                page_from=min(pages, default=None),
                page_to=max(pages, default=None),
                spans=spans,
                row=block.row,
                sheet=block.sheet,
                language=block.language,
            )
        )
        before = right
    return Unit(kind, tuple(pieces), level if kind is BlockKind.HEADING else None, block.has_header)


def _line_cuts(block: Block, limit: int, tokens: TokenCounter) -> Iterator[tuple[int, int]]:
    """Whole lines; those of code keep the space before them."""
    text, at = block.text, 0
    for line in text.split("\n"):
        indent = 0 if block.kind is BlockKind.CODE else len(line) - len(line.lstrip())
        body = line[indent:].rstrip()
        if body.strip():
            if tokens.count([body])[0] <= limit:
                yield at + indent, at + indent + len(body)
            else:
                yield from ((at + indent + left, at + indent + right) for left, right in long_cuts(body, limit, tokens))
        at += len(line) + 1


def _sentence_cuts(text: str, limit: int, tokens: TokenCounter) -> Iterator[tuple[int, int]]:
    spans = sentence_spans(text)
    for (start, end), count in zip(spans, tokens.count([text[start:end] for start, end in spans]), strict=True):
        if count <= limit:
            yield start, end
        else:
            yield from ((start + left, start + right) for left, right in long_cuts(text[start:end], limit, tokens))


class _Places:
    """Which spans of a block lie within a part of it; the boxes of the whole block where it has no spans."""

    def __init__(self, block: Block) -> None:
        self._spans = sorted(block.spans, key=lambda span: (span.start, span.end))
        self._starts = [span.start for span in self._spans]
        self._longest = max((span.end - span.start for span in self._spans), default=0)
        self._boxes = block.boxes

    def within(self, start: int, end: int) -> tuple[Span, ...]:
        """Clipped to the part and counted from its beginning."""
        if not self._spans:
            return tuple(Span(start=0, end=end - start, box=box) for box in self._boxes)
        first = bisect_left(self._starts, start - self._longest)
        last = bisect_right(self._starts, end)
        return tuple(
            moved
            for span in self._spans[first:last]
            if span.start < end and span.end > start
            for moved in (clipped(span, start, end),)
        )


def clipped(span: Span, start: int, end: int) -> Span:
    """The part of a span between two offsets, counted from the first."""
    return Span(start=max(span.start, start) - start, end=min(span.end, end) - start, box=span.box)


def shifted(spans: Sequence[Span], by: int) -> tuple[Span, ...]:
    """The spans in a text that begins `by` characters earlier."""
    return tuple(Span(start=span.start + by, end=span.end + by, box=span.box) for span in spans)


def divided(piece: Piece, at: int, tokens: TokenCounter) -> tuple[Piece, Piece]:
    """The piece cut at an offset of its text; both parts hold something besides white space."""
    left, right = piece.text[:at].rstrip(), piece.text[at:].lstrip()
    gap_end = len(piece.text) - len(right)
    counts = tokens.count([left, right])
    return (
        _part(piece, 0, len(left), piece.joiner, counts[0]),
        _part(piece, gap_end, len(piece.text), piece.text[len(left) : gap_end], counts[1]),
    )


def _part(piece: Piece, start: int, end: int, joiner: str, count: int) -> Piece:
    spans = tuple(clipped(span, start, end) for span in piece.spans if span.start < end and span.end > start)
    pages = [span.box.page for span in spans]
    return replace(
        piece,
        text=piece.text[start:end],
        joiner=joiner,
        tokens=count,
        start=piece.start + start,
        end=piece.start + end,
        spans=spans,
        page_from=min(pages, default=piece.page_from),
        page_to=max(pages, default=piece.page_to),
        drifts=piece.drifts and start == 0,
    )


def total(pieces: Sequence[Piece]) -> int:
    """Tokens of pieces together."""
    return sum(piece.tokens for piece in pieces)


def on_a_new_line(pieces: Sequence[Piece]) -> list[Piece]:
    """The pieces, the first of them on a line of its own wherever it comes to stand."""
    return [replace(pieces[0], joiner="\n"), *pieces[1:]] if pieces else []
