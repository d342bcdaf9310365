"""Which class cuts by which strategy. To add one: a module and a line here; the contract suite then runs on it."""

from importlib import import_module
from typing import cast

from docqa.core.models import ChunkStrategy
from docqa.core.ports import Chunker, Embed, TokenCounter

CHUNKERS: dict[ChunkStrategy, str] = {
    ChunkStrategy.SECTIONS: "docqa.chunking.sections:SectionChunker",
    ChunkStrategy.RECURSIVE: "docqa.chunking.recursive:RecursiveChunker",
    ChunkStrategy.SENTENCE: "docqa.chunking.sentence:SentenceChunker",
    ChunkStrategy.SEMANTIC: "docqa.chunking.semantic:SemanticChunker",
    ChunkStrategy.FIXED: "docqa.chunking.fixed:FixedChunker",
}


def chunker_for(strategy: ChunkStrategy, *, tokens: TokenCounter, embed: Embed | None = None) -> Chunker:
    """A chunker of the strategy. Without `embed`, one that compares meanings cuts as if nothing ever drifted apart."""
    module_name, _, class_name = CHUNKERS[strategy].partition(":")
    return cast(Chunker, getattr(import_module(module_name), class_name)(tokens, embed))
