"""Chunking without a stage around it."""

import asyncio
from collections.abc import AsyncIterator, Iterable

from docqa.chunking.sections import SectionChunker
from docqa.core.models import Block, Chunk, IngestOptions
from docqa.core.ports import Chunker


async def streamed(blocks: Iterable[Block]) -> AsyncIterator[Block]:
    """The blocks as a stage hands them on: one after the other."""
    for block in blocks:
        yield block


def chunked(
    blocks: Iterable[Block], options: IngestOptions | None = None, chunker: Chunker | None = None
) -> list[Chunk]:
    """All passages of the blocks, by default as documents are cut when nobody asks for anything else."""

    async def collect() -> list[Chunk]:
        cut = (chunker or SectionChunker()).chunk(streamed(blocks), options or IngestOptions())
        return [chunk async for chunk in cut]

    return asyncio.run(collect())
