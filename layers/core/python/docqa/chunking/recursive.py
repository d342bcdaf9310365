"""`RecursiveChunker`: as much as fits, parted at the coarsest place that there is.

Whole blocks are put together over headings and pages. Only a block that is longer than a passage is cut, between its
sentences; only a sentence that is longer, between its clauses; then between words.
"""

from typing import ClassVar

from docqa.chunking.walk import Walk, WalkingChunker


class RecursiveChunker(WalkingChunker):
    """Chunker by blocks, then sentences, then words; see the module."""

    version: ClassVar[str] = "recursive-1"
    walk = Walk
