"""`SentenceChunker`: passages filled sentence by sentence, wherever blocks, sections and pages end."""

from typing import ClassVar

from docqa.chunking.walk import Walk, WalkingChunker


class SentenceWalk(Walk):
    """Every passage is filled; list items alone are not cut between their sentences."""

    fills_below: ClassVar[float] = 1.0


class SentenceChunker(WalkingChunker):
    """Chunker by sentences; see the module."""

    version: ClassVar[str] = "sentence-1"
    walk = SentenceWalk
