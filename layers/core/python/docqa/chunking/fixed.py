"""`FixedChunker`: passages of the same number of tokens, wherever sentences end; words stay whole."""

from collections.abc import Sequence
from typing import ClassVar

from docqa.chunking.measure import fitting_prefix, fitting_suffix, word_cut
from docqa.chunking.pieces import Piece, Unit, divided
from docqa.chunking.walk import Walk, WalkingChunker


class FixedWalk(Walk):
    """Cuts whatever does not fit. Tables and records keep their lines nevertheless."""

    def prose(self, unit: Unit) -> None:
        for piece in unit.pieces:
            self.push(piece)

    def push(self, piece: Piece) -> None:
        while True:
            self.take_carried(1)
            space = self.room - self.held()
            cut = 0 if piece.tokens <= space else self._cut(piece, space)
            if piece.tokens <= space or cut >= len(piece.text):
                self.pending.append(piece)
                return
            if cut:
                left, piece = divided(piece, cut, self.tokens)
                self.pending.append(left)
            if len(self.pending) > self.borrowed:
                self.flush()
            else:
                self.pending = []  # a word that does not fit beside what was repeated

    def _cut(self, piece: Piece, space: int) -> int:
        """Where to cut the piece so that its beginning fits; 0 if it had better begin the next passage."""
        if space <= 0:
            return 0
        longest = fitting_prefix(piece.text, space, self.tokens)
        cut = word_cut(piece.text, longest)
        if not piece.text[:cut].strip() or self.tokens.count([piece.text[:cut]])[0] > space:
            return 0 if self.held() else longest
        return cut

    def carried(self, pieces: Sequence[Piece]) -> list[Piece]:
        """The last tokens of a finished passage, to the word."""
        kept: list[Piece] = []
        left = self.overlap
        for piece in reversed(pieces):
            if piece.tokens <= left:
                kept.insert(0, piece)
                left -= piece.tokens
                continue
            at = fitting_suffix(piece.text, left, self.tokens)
            if at < len(piece.text):
                kept.insert(0, divided(piece, at, self.tokens)[1])
            break
        return kept


class FixedChunker(WalkingChunker):
    """Chunker by tokens; see the module."""

    version: ClassVar[str] = "fixed-1"
    walk = FixedWalk
