"""The stages over ports in memory: a second delivery, a retry, a file that changes under the reader."""

import asyncio
from collections.abc import AsyncIterable, AsyncIterator, Sequence
from typing import Any, ClassVar
from uuid import uuid4

import pytest

from docqa.core.errors import (
    CorruptFile,
    FileEmpty,
    FileTooLarge,
    InvalidRequest,
    NoText,
    NotSearchable,
    ProcessingFailed,
    UploadMissing,
)
from docqa.core.ids import artifact_prefix, upload_key
from docqa.core.models import Block, Chunk, IngestOptions, Stage, VersionKey
from docqa.ingestion.chunk import BATCH_SIZE, ChunkStage
from docqa.ingestion.claim import Claimed, ClaimStage
from docqa.ingestion.embed import EmbedStage
from docqa.ingestion.parse import ParseStage
from docqa.ingestion.publish import PublishStage
from docqa.parsing.csv.parser import CsvParser
from tests.fakes.answering import ListRetriever, WordAnalyzer, make_hit
from tests.fakes.embedding import HashingEmbedder
from tests.fakes.stores import LineParser, MemoryIngest, MemoryObjects

KEY = VersionKey(tenant_id=uuid4(), document_id=uuid4(), version=2)
FILE = b"one\ntwo\nthree\n"


class BlockChunker:
    """Chunker: each block is a passage."""

    version: ClassVar[str] = "blocks-1"

    async def chunk(self, blocks: AsyncIterable[Block], options: IngestOptions) -> AsyncIterator[Chunk]:
        number = 0
        async for block in blocks:
            if not block.text.strip():
                continue
            yield Chunk(ordinal=number, parent=0, text=block.text)
            number += 1


class CountingEmbedder(HashingEmbedder):
    """`embedded` keeps the texts that were asked for."""

    def __init__(self) -> None:
        self.embedded: list[str] = []

    async def embed_passages(self, texts: Sequence[str]) -> list[tuple[float, ...]]:
        self.embedded.extend(texts)
        return await super().embed_passages(texts)


class World:
    """The stages around one uploaded file."""

    def __init__(self, file: bytes | None = FILE, *, max_bytes: int = 100) -> None:
        self.store = MemoryIngest()
        self.uploads = MemoryObjects({} if file is None else {upload_key(KEY): file})
        self.artifacts = MemoryObjects()
        self.parser = LineParser()
        self.embedder = CountingEmbedder()
        shared: dict[str, Any] = {"store": self.store, "artifacts": self.artifacts}
        reads: dict[str, Any] = {**shared, "uploads": self.uploads, "parser_for": lambda format: self.parser}
        limits: dict[str, Any] = {"max_bytes": max_bytes, "max_pages": 10, "deadline_s": 60}
        self.claim = ClaimStage(**reads, check_content=lambda path, format: None, **limits)
        self.parse = ParseStage(**reads)
        self.chunk = ChunkStage(**shared, chunker_for=lambda strategy: BlockChunker())
        self.embed = EmbedStage(**shared, embedder_for=lambda _: self.embedder, analyzer=WordAnalyzer())

    def claimed(self, execution: str = "first") -> Claimed:
        return asyncio.run(self.claim.run(upload_key(KEY), execution))

    def embedded(self, claimed: Claimed) -> int:
        """From the claim to the last batch; the number of texts that had to be embedded."""

        async def run() -> int:
            assert claimed.job is not None
            for pages in claimed.ranges:
                await self.parse.run(claimed.job, pages)
            chunked = await self.chunk.run(claimed.job)
            return sum([await self.embed.run(claimed.job, batch) for batch in chunked.batches])

        return asyncio.run(run())


def test_a_claim_plans_the_file_and_describes_it() -> None:
    world = World()
    claimed = world.claimed()
    assert claimed.claimed
    assert claimed.job == world.store.described
    assert claimed.job is not None
    assert (claimed.job.key, claimed.job.page_count, claimed.job.execution_id) == (KEY, 3, "first")
    assert [pages.first for pages in claimed.ranges] == [1, 2, 3]
    assert world.store.totals == {Stage.CLAIM: 1, Stage.PARSE: 3}


def test_a_second_delivery_claims_nothing_and_touches_nothing() -> None:
    world = World()
    world.claimed("first")
    before = (dict(world.artifacts.objects), list(world.store.units))
    assert world.claimed("second") == Claimed(claimed=False)
    assert (world.artifacts.objects, world.store.units) == before


def test_the_same_execution_may_claim_again() -> None:
    world = World()
    assert world.claimed("first") == world.claimed("first")


@pytest.mark.parametrize(
    ("file", "error"),
    [(b"", FileEmpty), (b"x" * 101, FileTooLarge), (None, UploadMissing)],
    ids=["empty", "big", "gone"],
)
def test_what_cannot_be_claimed_has_its_error(file: bytes | None, error: type[Exception]) -> None:
    with pytest.raises(error):
        World(file).claimed()


def test_a_key_that_is_not_ours_is_refused() -> None:
    with pytest.raises(InvalidRequest):
        asyncio.run(World().claim.run("uploads/elsewhere.pdf", "first"))


def test_a_retry_passes_over_what_is_done() -> None:
    world = World()
    claimed = world.claimed()
    assert world.embedded(claimed) == 3
    objects = dict(world.artifacts.objects)
    world.store.holder = None  # given back, as for a retry
    assert world.embedded(world.claimed("second")) == 0
    assert world.parser.parsed == [1, 2, 3]
    assert world.artifacts.objects == objects
    assert {chunk.chunk.text for chunk in world.store.chunks[0]} == {"one", "two", "three"}


def test_the_same_text_is_embedded_once() -> None:
    world = World(b"same\nsame\nother\n")
    assert world.embedded(world.claimed()) == 2
    assert world.embedder.embedded == ["same", "other"]
    assert [chunk.chunk.text for chunk in world.store.chunks[0]] == ["same", "same", "other"]


def test_batches_hold_all_passages_in_order() -> None:
    world = World(b"".join(b"line %d\n" % n for n in range(BATCH_SIZE + 1)), max_bytes=10_000)
    world.embedded(world.claimed())
    assert [len(world.store.chunks[n]) for n in sorted(world.store.chunks)] == [BATCH_SIZE, 1]
    assert world.store.totals[Stage.EMBED] == 2
    assert (Stage.EMBED, 1) in world.store.units


def test_what_a_table_holds_stands_once_after_all_its_rows() -> None:
    world = World(b"name,size\nAda,1\nBo,3\n")
    world.parser = CsvParser()  # type: ignore[assignment]
    world.embedded(world.claimed())
    assert [chunk.chunk.text for chunk in world.store.chunks[0]][-2:] == [
        "name: Bo; size: 3",
        "Table of 2 rows and 2 columns. Columns: name, size. name: text, all different, such as Ada, Bo. "
        "size: number from 1 to 3, mean 2, sum 4, all different.",
    ]


def test_a_file_that_is_replaced_while_it_is_read_is_noticed() -> None:
    world = World()
    claimed = world.claimed()
    assert claimed.job is not None
    world.uploads.objects[upload_key(KEY)] = b"another\nfile\nnow\n"
    with pytest.raises(UploadMissing, match="replaced"):
        asyncio.run(world.parse.run(claimed.job, claimed.ranges[0]))
    assert world.parser.parsed == []


def test_an_environment_fetches_a_file_once_for_all_its_ranges() -> None:
    world = World()
    claimed = world.claimed()
    assert claimed.job is not None
    asyncio.run(world.parse.run(claimed.job, claimed.ranges[0]))
    del world.uploads.objects[upload_key(KEY)]
    asyncio.run(world.parse.run(claimed.job, claimed.ranges[1]))
    assert world.parser.parsed == [1, 2]


def test_an_artifact_that_is_gone_is_no_fault_of_the_upload() -> None:
    """Another document with the same bytes was deleted meanwhile, and its artifacts with it."""
    world = World()
    claimed = world.claimed()
    asyncio.run(world.artifacts.delete_prefix(artifact_prefix(KEY.tenant_id, claimed.job.content_sha256)))  # type: ignore[union-attr]
    with pytest.raises(ProcessingFailed) as raised:
        asyncio.run(world.chunk.run(claimed.job))  # type: ignore[arg-type]
    assert raised.value.retryable


def test_a_document_without_passages_is_no_text() -> None:
    world = World(b"  \n")
    with pytest.raises(NoText):
        world.embedded(world.claimed())


def test_a_parser_that_refuses_leaves_nothing_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    world = World()

    def refuse(*args: object, **options: object) -> None:
        raise CorruptFile

    monkeypatch.setattr(world.parser, "plan", refuse)
    with pytest.raises(CorruptFile):
        world.claimed()
    assert world.artifacts.objects == {}
    assert world.store.units == []


@pytest.mark.parametrize(("version", "found"), [(2, True), (1, False)], ids=["this version", "an older one"])
def test_ready_means_found_by_a_search(version: int, found: bool) -> None:
    world = World()
    claimed = world.claimed()
    world.embedded(claimed)
    hit = make_hit("one").model_copy(update={"version": version})
    stage = PublishStage(store=world.store, retriever=ListRetriever([hit]))
    assert claimed.job is not None
    if found:
        asyncio.run(stage.run(claimed.job))
    else:
        with pytest.raises(NotSearchable):
            asyncio.run(stage.run(claimed.job))
    assert world.store.published
    assert world.store.ready is found
