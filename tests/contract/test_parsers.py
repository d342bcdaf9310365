"""What every parser in the registry keeps to; a new entry needs a writer in `tests/fakes/documents.py`."""

import random
from pathlib import Path

import pytest

from docqa.core.errors import DocumentRejected, FileEmpty, TooManyPages
from docqa.core.models import Block, BlockKind, Format, PageRange
from docqa.core.ports import Parser
from docqa.parsing.registry import PARSERS, parser_for
from docqa.parsing.sniff import check, sniff
from tests.fakes.chunking import chunked
from tests.fakes.documents import SENTENCE, WRITERS, write_pdf, write_pptx

MAX_PAGES = 100


@pytest.fixture(params=list(PARSERS), ids=str)
def format(request: pytest.FixtureRequest) -> Format:
    return request.param


@pytest.fixture
def parser(format: Format) -> Parser:
    return parser_for(format)


@pytest.fixture
def path(format: Format, tmp_path: Path) -> Path:
    file = tmp_path / f"sample.{format}"
    WRITERS[format](file)
    return file


def blocks_of(parser: Parser, path: Path) -> list[Block]:
    plan = parser.plan(path, max_pages=MAX_PAGES)
    return [block for pages in plan.ranges for block in parser.parse(path, pages).blocks]


def test_every_format_has_a_parser_and_a_sample() -> None:
    assert set(PARSERS) == set(Format) == set(WRITERS) == set(SENTENCE)


def test_it_says_what_it_is(parser: Parser, format: Format) -> None:
    assert parser.format is format
    assert parser.version.strip()


def test_the_sample_is_recognised(path: Path, format: Format) -> None:
    assert sniff(path) is format
    check(path, format)


def test_plan_covers_every_page_once(parser: Parser, path: Path) -> None:
    """Or every row, where a format has no pages: then the last range says how many there are."""
    plan = parser.plan(path, max_pages=MAX_PAGES)
    assert [pages.index for pages in plan.ranges] == list(range(len(plan.ranges)))
    covered = [number for pages in plan.ranges for number in range(pages.first, pages.last + 1)]
    assert covered == list(range(1, (plan.page_count or plan.ranges[-1].last) + 1))


def test_the_text_is_found(parser: Parser, path: Path, format: Format) -> None:
    assert any(SENTENCE[format] in block.text for block in blocks_of(parser, path))


def test_parsing_twice_gives_the_same(parser: Parser, path: Path, format: Format) -> None:
    assert blocks_of(parser, path) == blocks_of(parser_for(format), path)


def test_blocks_are_well_formed(parser: Parser, path: Path, format: Format) -> None:
    plan = parser.plan(path, max_pages=MAX_PAGES)
    for pages in plan.ranges:
        parsed = parser.parse(path, pages)
        assert parsed.index == pages.index
        for block in parsed.blocks:
            assert block.text == block.text.strip() != ""
            assert (block.level is not None) == (block.kind is BlockKind.HEADING)
            assert block.row is not None if block.kind is BlockKind.ROW else block.row is None or format is Format.JSONL
            assert block.kind in (BlockKind.TABLE, BlockKind.CODE) or "\n" not in block.text
            if plan.page_count is None:
                assert block.page is None
            else:
                assert block.page is not None
                assert pages.first <= block.page <= pages.last
                assert all(box.page == block.page for box in block.boxes)


def test_spans_and_links_lie_within_the_text_and_spans_within_the_boxes(parser: Parser, path: Path) -> None:
    for block in blocks_of(parser, path):
        for part in (*block.spans, *block.links):
            assert 0 <= part.start < part.end <= len(block.text)
            assert block.text[part.start : part.end].strip()
        for span in block.spans:
            assert any(
                box.page == span.box.page
                and box.x0 - 0.1 <= span.box.x0 < span.box.x1 <= box.x1 + 0.1
                and box.y0 - 0.1 <= span.box.y0 < span.box.y1 <= box.y1 + 0.1
                for box in block.boxes
            )


def test_chunks_hold_the_text_where_it_stands(parser: Parser, path: Path, format: Format) -> None:
    plan = parser.plan(path, max_pages=MAX_PAGES)
    chunks = chunked(block for pages in plan.ranges for block in parser.parse(path, pages).blocks)
    assert any(SENTENCE[format] in chunk.text for chunk in chunks)
    assert [chunk.ordinal for chunk in chunks] == list(range(len(chunks)))


@pytest.mark.parametrize("kept", [0.1, 0.5, 0.9])
def test_a_file_cut_off_is_read_or_refused(parser: Parser, path: Path, kept: float) -> None:
    data = path.read_bytes()
    path.write_bytes(data[: int(len(data) * kept)])
    try:
        blocks_of(parser, path)
    except DocumentRejected as error:
        assert error.message.endswith(".")  # noqa: PT017  # both outcomes are right; only the error's form is asserted


def test_damaged_bytes_raise_only_typed_errors(parser: Parser, path: Path) -> None:
    original = path.read_bytes()
    dice = random.Random(7)
    for _ in range(12):
        data = bytearray(original)
        for _ in range(20):
            data[dice.randrange(len(data))] = dice.randrange(256)
        path.write_bytes(bytes(data))
        try:
            blocks_of(parser, path)
        except DocumentRejected:
            continue


def test_an_empty_file_is_refused(parser: Parser, path: Path, format: Format) -> None:
    path.write_bytes(b"")
    with pytest.raises(FileEmpty):
        check(path, format)
    with pytest.raises((FileEmpty, DocumentRejected)):
        parser.plan(path, max_pages=MAX_PAGES)


# -- formats with pages ----------------------------------------------------------------------------


@pytest.fixture(params=[(Format.PDF, write_pdf), (Format.PPTX, write_pptx)], ids=["pdf", "pptx"])
def paged(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[Parser, Path, int]:
    format, write = request.param
    path = tmp_path / f"long.{format}"
    count = 27
    write(path, count)
    return parser_for(format), path, count


def test_a_range_reads_the_same_alone_and_within_the_whole(paged: tuple[Parser, Path, int]) -> None:
    parser, path, count = paged
    whole = parser.parse(path, PageRange(index=0, first=1, last=count)).blocks
    by_plan = tuple(blocks_of(parser, path))
    by_page = tuple(
        block for n in (1, 13, 27) for block in parser.parse(path, PageRange(index=0, first=n, last=n)).blocks
    )
    assert by_plan == whole
    assert by_page == tuple(block for block in whole if block.page in (1, 13, 27))


def test_more_pages_than_allowed_are_refused(paged: tuple[Parser, Path, int]) -> None:
    parser, path, count = paged
    with pytest.raises(TooManyPages, match=str(count)):
        parser.plan(path, max_pages=count - 1)
