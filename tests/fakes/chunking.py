"""Chunking without a stage around it."""

import asyncio
from collections.abc import AsyncIterator, Iterable

from docqa.chunking.registry import chunker_for
from docqa.core.models import Block, Chunk, IngestOptions
from docqa.core.ports import Chunker
from tests.fakes.embedding import HashingEmbedder
from tests.fakes.tokens import BitTokens


async def streamed(blocks: Iterable[Block]) -> AsyncIterator[Block]:
    """The blocks as a stage hands them on: one after the other."""
    for block in blocks:
        yield block


def chunked(
    blocks: Iterable[Block], options: IngestOptions | None = None, chunker: Chunker | None = None
) -> list[Chunk]:
    """All passages of the blocks, by default as documents are cut when nobody asks for anything else."""
    chosen = options or IngestOptions()
    cutting = chunker or chunker_for(chosen.strategy, tokens=BitTokens(), embed=HashingEmbedder().embed_passages)

    async def collect() -> list[Chunk]:
        return [chunk async for chunk in cutting.chunk(streamed(blocks), chosen)]

    return asyncio.run(collect())
