"""From stored ranges to stored batches: what is left out, what is learnt, and that nothing is held whole."""

import asyncio
from collections.abc import Sequence
from typing import Any
from uuid import UUID

import pytest

from docqa.chunking.registry import chunker_for
from docqa.core.errors import CorruptFile, NoText, TooComplex
from docqa.core.ids import artifact_prefix
from docqa.core.models import (
    Batch,
    Block,
    BlockKind,
    Box,
    Chunk,
    ChunkStrategy,
    DocumentMetadata,
    DocumentPlan,
    Format,
    Hidden,
    IngestOptions,
    Job,
    PageRange,
    ParsedRange,
    VersionKey,
)
from docqa.core.noticed import hidden_text, warning
from docqa.ingestion import chunk as stage
from docqa.ingestion.artifacts import Artifacts
from docqa.ingestion.chunk import BATCH_SIZE, DOUBLES_AFTER, MAX_BATCHES, Chunked, ChunkStage, batch_size
from docqa.ingestion.embed import EmbedStage, text_hash
from tests.fakes.answering import WordAnalyzer
from tests.fakes.embedding import HashingEmbedder
from tests.fakes.stores import MemoryIngest, MemoryObjects
from tests.fakes.tokens import BitTokens

KEY = VersionKey(tenant_id=UUID(int=1), document_id=UUID(int=2), version=3)


def text(words: str, **fields: Any) -> Block:
    return Block(kind=BlockKind.PARAGRAPH, text=words, **fields)


def rows(first: int, count: int) -> list[Block]:
    return [
        Block(kind=BlockKind.ROW, text=f"Name: {n}; Note: {'x ' * 40}".strip(), row=n)
        for n in range(first, first + count)
    ]


class World:
    """A document whose ranges are parsed; `touched` keeps the artifacts in the order that they were read or written."""

    def __init__(self, *ranges: Sequence[Block] | ParsedRange, plan: dict[str, Any] | None = None) -> None:
        self.store = MemoryIngest()
        self.objects = Touched()
        self.parsed = [
            r if isinstance(r, ParsedRange) else ParsedRange(index=n, blocks=tuple(r)) for n, r in enumerate(ranges)
        ]
        pages = tuple(PageRange(index=n, first=n + 1, last=n + 1) for n in range(len(ranges)))
        self.plan = DocumentPlan(page_count=None, ranges=pages, **(plan or {}))

    def job(self, **options: Any) -> Job:
        return Job(
            key=KEY,
            execution_id="first",
            attempt=1,
            format=Format.CSV,
            content_sha256="0" * 64,
            parser_version="test-1",
            page_count=None,
            options=IngestOptions(**options),
        )

    def run(self, **options: Any) -> Chunked:
        job = self.job(**options)

        async def run() -> Chunked:
            artifacts = Artifacts(self.objects, job)
            await artifacts.put_plan(self.plan)
            for pages, parsed in zip(self.plan.ranges, self.parsed, strict=True):
                await artifacts.put_range(pages, parsed)
            self.objects.touched.clear()
            cut = ChunkStage(
                store=self.store,
                artifacts=self.objects,
                chunker_for=lambda strategy: chunker_for(strategy, tokens=BitTokens()),
            )
            return await cut.run(job)

        return asyncio.run(run())

    def chunks(self, chunked: Chunked) -> list[Chunk]:
        async def read(batch: Batch) -> tuple[Chunk, ...]:
            return await Artifacts(self.objects, chunked.job).batch(batch)

        return [chunk for batch in chunked.batches for chunk in asyncio.run(read(batch))]


class Touched(MemoryObjects):
    def __init__(self) -> None:
        super().__init__()
        self.touched: list[str] = []

    async def put_json(self, key: str, body: bytes) -> None:
        self.touched.append(_stage_of(key))
        await super().put_json(key, body)

    async def get(self, key: str) -> bytes:
        self.touched.append(_stage_of(key))
        return await super().get(key)


def _stage_of(key: str) -> str:
    return key.removeprefix(artifact_prefix(KEY.tenant_id, "0" * 64)).split("-")[0]


def test_ranges_are_read_and_batches_written_by_turns() -> None:
    world = World(*(rows(1 + 100 * n, 100) for n in range(4)))
    world.run(chunk_tokens=64)
    touched = world.objects.touched
    assert touched.count("pages") == 4
    assert touched.count("chunks") > 6
    before_the_last_range = touched[: len(touched) - touched[::-1].index("pages")]
    assert before_the_last_range.count("chunks") >= 6


def test_running_heads_of_recognised_pages_are_left_out() -> None:
    def page(number: int) -> list[Block]:
        words = (
            ("Logbook of the Meridian", 40.0),
            (f"{'north east south west'.split()[number % 4]} wind all day.", 400.0),
        )
        return [
            text(said, page=number, confidence=0.9, boxes=(Box(page=number, x0=70, y0=y, x1=300, y1=y + 10),))
            for said, y in words
        ]

    world = World(*(page(number) for number in range(1, 9)))
    told = "\n".join(chunk.text for chunk in world.chunks(world.run()))
    assert told.count("Logbook of the Meridian") == 1
    assert told.count("wind all day.") == 8


def test_what_does_not_show_is_left_out_unless_it_is_asked_for() -> None:
    world = World([text("Seen."), text("Unseen.", hidden=Hidden.WHITE)])
    assert [chunk.text for chunk in world.chunks(world.run())] == ["Seen."]
    assert [chunk.text for chunk in world.chunks(world.run(include_hidden=True))] == ["Seen.\nUnseen."]


def test_what_was_learnt_of_the_content_is_stored() -> None:
    world = World(
        ParsedRange(index=0, blocks=(text("Kurz.", language="de"),), warnings=(hidden_text(Hidden.WHITE, pages=[1]),)),
        ParsedRange(
            index=1,
            blocks=(text("Rather longer than that.", language="en"), text("?")),
            warnings=(hidden_text(Hidden.WHITE, count=2, pages=[2]), hidden_text(Hidden.TINY)),
        ),
        plan={"metadata": DocumentMetadata(title="Log"), "warnings": (warning("external_content"),)},
    )
    world.run()
    assert world.store.metadata == DocumentMetadata(title="Log")
    assert world.store.language == "en"
    assert world.store.chunker == "sections-2"
    assert [(w.code, w.count, w.pages) for w in world.store.warnings] == [
        ("external_content", 1, ()),
        ("hidden_text", 3, (1, 2)),
        ("hidden_text", 1, ()),
    ]


def test_where_no_block_has_a_language_the_file_may_say_it() -> None:
    world = World([text("Words.")], plan={"metadata": DocumentMetadata(language="fr")})
    world.run()
    assert world.store.language == "fr"


def test_a_document_without_text_has_its_warnings_all_the_same() -> None:
    world = World(ParsedRange(index=0, blocks=(text("x", hidden=Hidden.WHITE),), warnings=(hidden_text(Hidden.WHITE),)))
    with pytest.raises(NoText):
        world.run()
    assert [one.code for one in world.store.warnings] == ["hidden_text"]


@pytest.mark.parametrize(("code", "error"), [("too_complex", TooComplex), ("corrupt_file", CorruptFile)])
def test_a_document_whose_pages_all_broke_their_reader_says_so(code: str, error: type[Exception]) -> None:
    with pytest.raises(error):
        World(ParsedRange(index=0, blocks=(), warnings=(warning("page_unreadable", detail=code, pages=[1]),))).run()


def test_other_options_are_other_artifacts() -> None:
    world = World([text("Some words. And more of them.")])
    runs = [{}, {}, {"chunk_tokens": 64}, {"strategy": ChunkStrategy.FIXED}, {"embed_headings": False}]
    keys = [world.run(**options).batches[0].key for options in runs]
    assert keys[0] == keys[1]
    assert len(set(keys)) == len(runs) - 1


def test_batches_grow_so_that_the_state_holds_them(monkeypatch: pytest.MonkeyPatch) -> None:
    sizes = [batch_size(index) for index in range(MAX_BATCHES)]
    assert sizes[0] == sizes[DOUBLES_AFTER - 1] == BATCH_SIZE
    assert sizes[-1] == 4096
    assert sum(sizes) > 400_000
    world = World(rows(1, 200))
    monkeypatch.setattr(stage, "BATCH_SIZE", 4)
    monkeypatch.setattr(stage, "DOUBLES_AFTER", 2)
    chunked = world.run(chunk_tokens=64)
    assert [chunk.ordinal for chunk in world.chunks(chunked)] == list(range(200))
    held = [len(stage_batch) for stage_batch in _sizes(world, chunked)]
    assert held[:6] == [4, 4, 8, 8, 16, 16]
    full = chunked.model_copy(update={"batches": chunked.batches[:1] * MAX_BATCHES})
    assert len(full.model_dump_json()) < 256 * 1024


def _sizes(world: World, chunked: Chunked) -> list[list[Chunk]]:
    return [world.chunks(chunked.model_copy(update={"batches": (batch,)})) for batch in chunked.batches]


def test_more_than_the_state_holds_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stage, "MAX_BATCHES", 2)
    with pytest.raises(TooComplex, match="Split it"):
        World(rows(1, 200)).run(chunk_tokens=64)
    assert len(World(rows(1, 2 * BATCH_SIZE)).run(chunk_tokens=64).batches) == 2


@pytest.mark.parametrize("embed_headings", [True, False])
def test_headings_are_embedded_as_the_options_say(embed_headings: bool) -> None:
    heading = Block(kind=BlockKind.HEADING, text="Lamps", level=1)
    world = World([heading, text("It was bright.")])
    chunked = world.run(embed_headings=embed_headings)
    embed = EmbedStage(
        store=world.store, artifacts=world.objects, embedder_for=lambda _: HashingEmbedder(), analyzer=WordAnalyzer()
    )
    asyncio.run(embed.run(chunked.job, chunked.batches[0]))
    [indexed] = world.store.chunks[0]
    assert indexed.content_hash == text_hash("Lamps\nIt was bright.")
    assert indexed.terms["lamp"] == 1
    assert indexed.chunk.heading_path == ("Lamps",)
    assert indexed.chunk.text == ("It was bright." if embed_headings else "Lamps\nIt was bright.")
