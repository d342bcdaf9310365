"""From pieces to numbered passages."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from docqa.chunking.geometry import merged
from docqa.chunking.pieces import Piece, shifted, total
from docqa.core.models import Chunk, Span

PARENT_CHUNKS = 4
"""A parent is at most this many times as large as a passage may be. Some 800 tokens by default: what is around an
answer, without filling a model's context with one place. A parent ends with its section, unless that holds less than
one full passage: then the next section joins it. A record that stands alone is its own parent."""


@dataclass
class Draft:
    """A passage before it gets its number. `prefix` is repeated from elsewhere: a table's caption and header."""

    pieces: list[Piece]
    path: tuple[str, ...]
    section: int
    prefix: tuple[Piece, ...] = ()
    closed: bool = False
    """Nothing may be added: a table, rows, a summary."""

    @property
    def tokens(self) -> int:
        return total(self.pieces) + total(self.prefix)

    @property
    def pages(self) -> tuple[int | None, int | None]:
        first = [piece.page_from for piece in self.pieces if piece.page_from is not None]
        last = [piece.page_to for piece in self.pieces if piece.page_to is not None]
        return min(first, default=None), max(last, default=None)


class Numbering:
    """Gives drafts their ordinals and parents, in the order that they come in."""

    def __init__(self, chunk_tokens: int) -> None:
        self._full = chunk_tokens
        self._ordinal = -1
        self._parent = -1
        self._held = 0
        self._section: int | None = None
        self._record: int | None = None

    def finished(self, draft: Draft) -> Chunk:
        self._ordinal += 1
        tokens = draft.tokens
        over = self._held + tokens > PARENT_CHUNKS * self._full
        left_section = draft.section != self._section and self._held >= self._full
        record = draft.pieces[0].record
        if self._parent < 0 or over or left_section or record != self._record:
            self._parent += 1
            self._held = 0
        self._held += tokens
        self._section = draft.section
        self._record = record
        return _chunk(draft, self._ordinal, self._parent)


def _chunk(draft: Draft, ordinal: int, parent: int) -> Chunk:
    text, spans = _text_and_spans([*draft.prefix, *draft.pieces])
    rows = [piece.row for piece in draft.pieces if piece.row is not None]
    page_from, page_to = draft.pages
    return Chunk(
        ordinal=ordinal,
        parent=parent,
        text=text,
        heading_path=draft.path,
        page_from=page_from,
        page_to=page_to,
        row_from=min(rows, default=None),
        row_to=max(rows, default=None),
        sheet=draft.pieces[0].sheet,
        char_from=min(piece.start for piece in draft.pieces),
        char_to=max(piece.end for piece in draft.pieces),
        language=commonest_language((piece.language, len(piece.text)) for piece in draft.pieces),
        boxes=merged(box for piece in draft.pieces for box in piece.boxes),
        spans=spans,
    )


def _text_and_spans(pieces: Sequence[Piece]) -> tuple[str, tuple[Span, ...]]:
    parts: list[str] = []
    spans: list[Span] = []
    length = 0
    for number, piece in enumerate(pieces):
        if number:
            parts.append(piece.joiner)
            length += len(piece.joiner)
        parts.append(piece.text)
        spans.extend(shifted(piece.spans, length))
        length += len(piece.text)
    return "".join(parts), tuple(spans)


def commonest_language(parts: Iterable[tuple[str | None, int]]) -> str | None:
    """The language of most characters; None if none is known. The first one wins a draw."""
    counts: Counter[str] = Counter()
    for language, length in parts:
        if language is not None:
            counts[language] += length
    return counts.most_common(1)[0][0] if counts else None
