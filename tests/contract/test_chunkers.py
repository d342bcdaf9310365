"""What every strategy keeps to, over documents of all kinds of blocks."""

import asyncio
import re
import unicodedata
from collections.abc import Sequence
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from docqa.chunking.registry import CHUNKERS, chunker_for
from docqa.core.models import Block, BlockKind, Box, Chunk, ChunkStrategy, IngestOptions, Span
from docqa.core.text import sentences
from tests.fakes.chunking import chunked
from tests.fakes.embedding import HashingEmbedder
from tests.fakes.tokens import BitTokens

TOKENS = BitTokens()

# -- documents -------------------------------------------------------------------------------------

FAMILY = "\U0001f469\u200d\U0001f469\u200d\U0001f467"
WORDS = st.sampled_from([*"lamp storm 灯塔很亮 البحر ship-wreck weather 1874 e.g. Dr. Übermut x สวัสดี".split(), FAMILY])
ENDS = st.sampled_from([". ", "! ", "? ", "。", ", ", " ", " ", " "])
TEXTS = st.lists(st.tuples(WORDS, ENDS), min_size=1, max_size=120).map(
    lambda pairs: "".join(word + end for word, end in pairs).strip()
)
SHORT = st.lists(WORDS, min_size=1, max_size=4).map(" ".join)
PROSE = st.sampled_from([BlockKind.PARAGRAPH] * 3 + [BlockKind.LIST_ITEM, BlockKind.NOTE, BlockKind.CAPTION])


def lines_of(text: str) -> list[tuple[int, int]]:
    """Offsets of the printed lines of a text, about 40 characters each."""
    return [(at, min(at + 40, len(text))) for at in range(0, len(text), 40)]


def placed(kind: BlockKind, text: str, page: int | None, y: float, **fields: object) -> Block:
    """A block with a span for each of its lines, below each other from `y`, on its page."""
    if page is None:
        return Block(kind=kind, text=text, **fields)  # type: ignore[arg-type]
    cuts = lines_of(text)
    if kind is BlockKind.TABLE:
        cuts = [match.span() for match in re.finditer(r"[^|\n]*[^|\s]", text)]
    spans = tuple(
        Span(start=start, end=end, box=Box(page=page, x0=10, y0=y + 10 * n, x1=200, y1=y + 10 * n + 9))
        for n, (start, end) in enumerate(cuts)
    )
    around = Box(page=page, x0=10, y0=y, x1=200, y1=y + 10 * len(spans))
    return Block(kind=kind, text=text, page=page, boxes=(around,), spans=spans, **fields)  # type: ignore[arg-type]


@st.composite
def documents(draw: st.DrawFn) -> list[Block]:
    """Blocks of all kinds on growing pages, each text line with its place."""
    page = draw(st.sampled_from([None, 1]))
    blocks: list[Block] = []
    row = 0
    for index in range(draw(st.integers(1, 8))):
        page = page and page + draw(st.integers(0, 1))
        y = 1000.0 * index
        what = draw(st.sampled_from(["prose"] * 4 + ["heading"] * 2 + ["table", "rows", "code", "summary"]))
        if what == "prose":
            blocks.append(placed(draw(PROSE), draw(TEXTS), page, y))
        elif what == "heading":
            level = draw(st.integers(1, 3))
            blocks.append(placed(BlockKind.HEADING, f"{draw(SHORT)} {index}", page, y, level=level))
        elif what == "table":
            cells = draw(st.lists(st.tuples(SHORT, SHORT, st.integers(0, 9999)), min_size=2, max_size=30))
            text = "\n".join(["Name | Place | Year", *(f"{a} | {b} | {c}" for a, b, c in cells)])
            blocks.append(placed(BlockKind.TABLE, text, page, y, has_header=True))
        elif what == "rows":
            sheet = draw(st.sampled_from([None, "One", "Two"]))
            for words in draw(st.lists(SHORT, min_size=1, max_size=20)):
                row += 1
                blocks.append(Block(kind=BlockKind.ROW, text=f"Name: {words}; Id: {row}", row=row, sheet=sheet))
        elif what == "code":
            body = draw(st.lists(SHORT, min_size=1, max_size=12))
            blocks.append(placed(BlockKind.CODE, "\n".join(["def f():", *(f"    {line}" for line in body)]), page, y))
        else:
            blocks.append(placed(BlockKind.SUMMARY, f"{draw(TEXTS)} Rows: {index}.", page, y))
    return blocks


@st.composite
def choices(draw: st.DrawFn) -> IngestOptions:
    return IngestOptions(
        strategy=draw(st.sampled_from(list(ChunkStrategy))),
        chunk_tokens=draw(st.sampled_from([32, 40, 64, 200, 480])),
        overlap_tokens=draw(st.sampled_from([0, 0, 10, 40])),
        embed_headings=draw(st.booleans()),
    )


def squeezed(text: str) -> str:
    return "".join(text.replace("-", "").split())


def document_text(blocks: Sequence[Block]) -> str:
    return "\n\n".join(block.text for block in blocks)


# -- properties ------------------------------------------------------------------------------------


@settings(max_examples=60, deadline=None)
@given(documents(), choices())
def test_nothing_is_lost_and_everything_stands_where_it_is_said_to(blocks: list[Block], options: IngestOptions) -> None:
    found = chunked(blocks, options)
    text = document_text(blocks)
    assert found == chunked(blocks, options), "deterministic"
    assert [chunk.ordinal for chunk in found] == list(range(len(found)))
    assert all(a.char_from <= b.char_from for a, b in pairwise(found)), "in order"
    for chunk in found:
        assert TOKENS.count([chunk.text])[0] <= options.chunk_tokens
        assert chunk.text.strip() != ""
    covered = bytearray(len(text))
    for chunk in found:
        assert 0 <= chunk.char_from < chunk.char_to <= len(text)
        covered[chunk.char_from : chunk.char_to] = b"\1" * (chunk.char_to - chunk.char_from)
    heads = " ".join(heading for chunk in found for heading in chunk.heading_path)
    at = 0
    for block in blocks:
        missing = [n for n in range(at, at + len(block.text)) if not covered[n] and not text[n].isspace()]
        assert not missing or (block.kind is BlockKind.HEADING and " ".join(block.text.split()) in heads)
        at += len(block.text) + 2


@settings(max_examples=60, deadline=None)
@given(documents(), choices())
def test_the_text_of_a_passage_is_the_text_at_its_offsets(blocks: list[Block], options: IngestOptions) -> None:
    text = document_text(blocks)
    for chunk in chunked(blocks, options):
        own = squeezed(text[chunk.char_from : chunk.char_to])
        said = squeezed(chunk.text)
        repeated = len(said) > len(own)
        assert said.endswith(own) if repeated else _holds_in_order(own, said), (own, said)


def _holds_in_order(own: str, said: str) -> bool:
    """Headings inside may have become the path, and notes may stand behind the sentence that they interrupt."""
    characters = iter(own)
    return own == said or all(character in characters for character in said) or sorted(own) == sorted(said)


@settings(max_examples=60, deadline=None)
@given(documents(), choices())
def test_pages_and_places_survive(blocks: list[Block], options: IngestOptions) -> None:
    printed = {
        span.box: block.text[span.start : span.end]
        for block in blocks
        if block.page is not None
        for span in block.spans
    }
    for chunk in chunked(blocks, options):
        for span in chunk.spans:
            assert 0 <= span.start < span.end <= len(chunk.text)
            assert squeezed(chunk.text[span.start : span.end]) in squeezed(printed[span.box])
        if chunk.page_from is None:
            assert chunk.boxes == chunk.spans == ()
            continue
        assert chunk.page_to is not None
        assert chunk.boxes
        assert {box.page for box in chunk.boxes} <= set(range(chunk.page_from, chunk.page_to + 1))
        # every line of the passage's own lies within one of its boxes
        own = [span.box for span in chunk.spans if chunk.page_from <= span.box.page <= chunk.page_to]
        repeated = 0 if not chunk.text.startswith("Name | Place | Year") else 3
        for box in own[repeated:]:
            assert any(b.page == box.page and b.y0 <= box.y0 and b.y1 >= box.y1 for b in chunk.boxes)
        assert len(chunk.boxes) <= max(1, len(chunk.spans))


@settings(max_examples=60, deadline=None)
@given(documents(), choices())
def test_rows_are_whole_and_of_one_sheet(blocks: list[Block], options: IngestOptions) -> None:
    rows = {block.row: block for block in blocks if block.kind is BlockKind.ROW}
    seen: list[int] = []
    for chunk in chunked(blocks, options):
        if chunk.row_from is None:
            assert chunk.sheet is None
            assert not any(block.text in chunk.text.split("\n") for block in rows.values())
            continue
        assert chunk.row_to is not None
        numbers = range(chunk.row_from, chunk.row_to + 1)
        assert chunk.text.split("\n") == [rows[number].text for number in numbers]
        assert {rows[number].sheet for number in numbers} == {chunk.sheet}
        seen += numbers
    assert seen == sorted(rows)  # type: ignore[type-var]


@settings(max_examples=60, deadline=None)
@given(documents(), choices())
def test_lines_of_tables_are_whole_below_their_header(blocks: list[Block], options: IngestOptions) -> None:
    lines = {line for block in blocks if block.kind is BlockKind.TABLE for line in block.text.split("\n")}
    fitting = {line for line in lines if TOKENS.count([line])[0] <= options.chunk_tokens // 3}
    header = "Name | Place | Year"
    found = chunked(blocks, options)
    shown = {line for chunk in found for line in chunk.text.split("\n")}
    assert fitting <= shown
    for chunk in found:
        inside = [line for line in chunk.text.split("\n") if line in fitting - {header}]
        if inside:
            assert header in chunk.text.split("\n")[: chunk.text.split("\n").index(inside[0])]


@settings(max_examples=60, deadline=None)
@given(documents(), choices())
def test_no_character_is_taken_apart(blocks: list[Block], options: IngestOptions) -> None:
    text = document_text(blocks)
    for chunk in chunked(blocks, options):
        for at in (chunk.char_from, chunk.char_to):
            if 0 < at < len(text):
                assert unicodedata.category(text[at]) not in ("Mn", "Mc", "Me")
                assert "\u200d" not in text[at - 1 : at + 1]


@settings(max_examples=60, deadline=None)
@given(documents(), choices())
def test_sentences_and_list_items_stay_whole_where_they_can(blocks: list[Block], options: IngestOptions) -> None:
    if options.strategy is ChunkStrategy.FIXED:
        return
    found = [squeezed(chunk.text) for chunk in chunked(blocks, options)]
    for block in blocks:
        if block.kind is BlockKind.LIST_ITEM and TOKENS.count([block.text])[0] <= options.chunk_tokens // 2:
            assert any(squeezed(block.text) in text for text in found)
        if block.kind is BlockKind.PARAGRAPH:
            for sentence in sentences(block.text):
                if TOKENS.count([sentence])[0] <= options.chunk_tokens // 2:
                    assert any(squeezed(sentence) in text for text in found)


# -- examples --------------------------------------------------------------------------------------


@pytest.fixture(params=list(ChunkStrategy), ids=str)
def strategy(request: pytest.FixtureRequest) -> ChunkStrategy:
    return request.param


def cut(strategy: ChunkStrategy, *blocks: Block, tokens: int = 60, **fields: object) -> list[Chunk]:
    options = IngestOptions(strategy=strategy, chunk_tokens=tokens, **fields)  # type: ignore[arg-type]
    return chunked(blocks, options)


def test_every_strategy_has_a_chunker() -> None:
    assert set(CHUNKERS) == set(ChunkStrategy)
    versions = {chunker_for(strategy, tokens=TOKENS).version for strategy in ChunkStrategy}
    assert len(versions) == len(CHUNKERS)


def test_headings_are_embedded_and_no_part_of_the_passage(strategy: ChunkStrategy) -> None:
    [found] = cut(
        strategy,
        Block(kind=BlockKind.HEADING, text="The lamp", level=1),
        Block(kind=BlockKind.PARAGRAPH, text="It was bright."),
    )
    assert (found.text, found.heading_path) == ("It was bright.", ("The lamp",))
    assert found.searchable_text() == "The lamp\nIt was bright."
    assert found.searchable_text(embed_headings=False) == "It was bright."


def test_headings_that_are_not_embedded_are_text(strategy: ChunkStrategy) -> None:
    heading = Block(kind=BlockKind.HEADING, text="The lamp", level=1)
    [found] = cut(strategy, heading, Block(kind=BlockKind.PARAGRAPH, text="It was bright."), embed_headings=False)
    assert found.text == found.searchable_text(embed_headings=False) == "The lamp\nIt was bright."
    assert found.heading_path == ("The lamp",)


def test_a_heading_with_nothing_under_it_can_be_found_and_quoted(strategy: ChunkStrategy) -> None:
    found = cut(strategy, *(Block(kind=BlockKind.HEADING, text=text, level=1) for text in ("Agenda", "Thanks")))
    assert [chunk.text for chunk in found] == ["Agenda\nThanks"]


def test_a_caption_stays_with_its_table(strategy: ChunkStrategy) -> None:
    prose = Block(kind=BlockKind.PARAGRAPH, text="Some words before it.")
    table = Block(kind=BlockKind.TABLE, text="Year | Ships\n1875 | 120", has_header=True)
    caption = Block(kind=BlockKind.CAPTION, text="Table 1: ships a year")
    assert [chunk.text for chunk in cut(strategy, prose, caption, table, prose)][1] == f"{caption.text}\n{table.text}"
    assert [chunk.text for chunk in cut(strategy, prose, table, caption, prose)][1] == f"{table.text}\n{caption.text}"


def test_what_announces_a_table_goes_with_it(strategy: ChunkStrategy) -> None:
    prose = Block(kind=BlockKind.PARAGRAPH, text="Some words before it.")
    announcing = Block(kind=BlockKind.PARAGRAPH, text="These were the ships:")
    table = Block(kind=BlockKind.TABLE, text="Year | Ships\n1875 | 120", has_header=True)
    found = [chunk.text for chunk in cut(strategy, prose, announcing, table, prose)]
    assert found == [prose.text, f"{announcing.text}\n{table.text}", prose.text]


def test_a_summary_stands_alone(strategy: ChunkStrategy) -> None:
    row = Block(kind=BlockKind.ROW, text="Name: Amity", row=1)
    summary = Block(kind=BlockKind.SUMMARY, text="One row, one column: Name.")
    prose = Block(kind=BlockKind.PARAGRAPH, text="Then some words.")
    assert [chunk.text for chunk in cut(strategy, row, summary, prose)] == [row.text, summary.text, prose.text]


@settings(max_examples=30, deadline=None)
@given(st.lists(st.tuples(st.one_of(st.just(""), SHORT), st.one_of(st.just(""), TEXTS)), max_size=8), choices())
def test_a_record_that_stands_alone_shares_no_passage(records: list[tuple[str, str]], options: IngestOptions) -> None:
    blocks = [
        Block(kind=kind, text=text, row=row, level=1 if kind is BlockKind.HEADING else None)
        for row, record in enumerate(records, 1)
        for kind, text in zip((BlockKind.HEADING, BlockKind.PARAGRAPH), record, strict=True)
        if text
    ]
    found = chunked(blocks, options)
    assert {chunk.row_from for chunk in found} == {block.row for block in blocks}
    parents: dict[int, set[int | None]] = {}
    for chunk in found:
        assert chunk.row_from == chunk.row_to is not None
        title, text = records[chunk.row_from - 1]
        assert chunk.heading_path in ((title,), ())
        assert squeezed(chunk.text) in squeezed(f"{title}\n{text}")
        parents.setdefault(chunk.parent, set()).add(chunk.row_from)
    assert all(len(rows) == 1 for rows in parents.values())


def test_a_short_record_is_one_passage_of_its_title_and_text(strategy: ChunkStrategy) -> None:
    blocks = [
        block
        for row in (3, 4, 6)
        for block in (
            Block(kind=BlockKind.HEADING, text=f"Lamp {row}", level=1, row=row),
            Block(kind=BlockKind.PARAGRAPH, text="It was bright.", row=row),
            Block(kind=BlockKind.PARAGRAPH, text="It was seen.", row=row),
        )
    ]
    found = cut(strategy, *blocks, overlap_tokens=10)
    assert [(chunk.row_from, chunk.searchable_text()) for chunk in found] == [
        (row, f"Lamp {row}\nIt was bright.\nIt was seen.") for row in (3, 4, 6)
    ]


def test_a_footnote_never_ends_up_within_a_sentence(strategy: ChunkStrategy) -> None:
    found = cut(
        strategy,
        placed(BlockKind.PARAGRAPH, "The lamp was seen from the", 1, 0),
        placed(BlockKind.NOTE, "1 By ships.", 1, 700),
        placed(BlockKind.PARAGRAPH, "sea at night. It was loud.", 2, 0),
    )
    lines = "\n".join(chunk.text for chunk in found).split("\n")
    assert "1 By ships." in lines
    if strategy is not ChunkStrategy.FIXED:
        assert "The lamp was seen from the sea at night." in lines


def test_code_keeps_its_lines(strategy: ChunkStrategy) -> None:
    code = "def f():\n    if x:\n\n        return 1"
    assert [chunk.text for chunk in cut(strategy, Block(kind=BlockKind.CODE, text=code))] == [code]


def test_a_text_without_spaces_is_cut_at_the_ends_of_sentences(strategy: ChunkStrategy) -> None:
    text = "".join(f"这是关于灯塔的第{n}个句子。" for n in range(40))
    found = cut(strategy, Block(kind=BlockKind.PARAGRAPH, text=text))
    assert "".join(chunk.text for chunk in found) == text
    if strategy is not ChunkStrategy.FIXED:
        assert all(chunk.text.endswith("。") for chunk in found)


@pytest.mark.parametrize("strategy", [ChunkStrategy.RECURSIVE, ChunkStrategy.SENTENCE, ChunkStrategy.FIXED])
def test_overlap_repeats_the_end_of_the_passage_before(strategy: ChunkStrategy) -> None:
    text = " ".join(f"Ship {n} went by." for n in range(60))
    found = cut(strategy, Block(kind=BlockKind.PARAGRAPH, text=text), overlap_tokens=20)
    for before, after in pairwise(found):
        common = text[after.char_from : before.char_to]
        assert 10 <= TOKENS.count([common])[0] <= 20
        assert before.text.endswith(common)
        assert after.text.startswith(common)


def test_it_is_not_held_whole() -> None:
    """A passage comes out long before the document has ended, whatever the strategy."""

    async def first_seen(strategy: ChunkStrategy) -> int:
        read = 0

        async def blocks():
            nonlocal read
            for n in range(100_000):
                read += 1
                yield Block(
                    kind=BlockKind.ROW if n % 2 else BlockKind.PARAGRAPH, text=f"Line {n}.", row=n if n % 2 else None
                )

        chunker = chunker_for(strategy, tokens=TOKENS, embed=HashingEmbedder().embed_passages)
        async for _ in chunker.chunk(blocks(), IngestOptions(strategy=strategy)):
            return read
        return read

    for strategy in ChunkStrategy:
        assert asyncio.run(first_seen(strategy)) < 500
