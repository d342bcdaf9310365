"""Reading and cutting: parsers, chunkers and what counts for them."""

from collections.abc import AsyncIterable, AsyncIterator, Sequence
from pathlib import Path
from typing import ClassVar, Protocol

from docqa.core.models import (
    Block,
    Chunk,
    DocumentPlan,
    Format,
    IngestOptions,
    PageRange,
    ParsedRange,
)


class Parser(Protocol):
    """Reads one file format. Stateless; errors are `DocumentRejected` subclasses."""

    @property
    def format(self) -> Format: ...
    @property
    def version(self) -> str:
        """Changes whenever the output for the same bytes changes; part of the artifact's address."""
        ...

    def plan(self, path: Path, *, max_pages: int) -> DocumentPlan:
        """Open the file and split it into ranges, without reading it all.

        Raises CorruptFile, PasswordProtected, NoPages, TooManyPages, TooComplex, UnsafeFile.
        """
        ...

    def parse(self, path: Path, pages: PageRange) -> ParsedRange:
        """Read the blocks of one range. Raises CorruptFile, TooComplex, UnsafeFile."""
        ...


class Chunker(Protocol):
    """Cuts blocks into passages. Deterministic: the same blocks and options give the same chunks."""

    version: ClassVar[str]
    """Changes whenever the output for the same blocks changes."""

    def chunk(self, blocks: AsyncIterable[Block], options: IngestOptions) -> AsyncIterator[Chunk]:
        """Passages in document order, given while the blocks come, so that a long document is never held whole."""
        ...


class TokenCounter(Protocol):
    """Counts tokens as the embedding model does. What white space parts is counted apart, so counts add up."""

    max_tokens: int
    """What the model reads of one text, the marks around it apart."""

    def count(self, texts: Sequence[str]) -> list[int]:
        """Tokens of each text, same order. A word that the model has no token for counts by its length."""
        ...
