"""Chunks: what is kept together, what is kept apart, and that nothing is lost."""

import pytest

from docqa.core.models import Block, BlockKind, Box, Chunk, IngestOptions
from tests.fakes.chunking import chunked
from tests.fakes.tokens import BitTokens

SENTENCE = "The keeper wrote down the weather every morning at six."


def chunk(*blocks: Block) -> list[Chunk]:
    return chunked(blocks)


def paragraph(text: str, page: int | None = 1, y: float = 100.0) -> Block:
    boxes = (Box(page=page, x0=72, y0=y, x1=500, y1=y + 20),) if page else ()
    return Block(kind=BlockKind.PARAGRAPH, text=text, page=page, boxes=boxes)


def heading(text: str, level: int = 1, page: int | None = 1) -> Block:
    boxes = (Box(page=page, x0=72, y0=50, x1=500, y1=70),) if page else ()
    return Block(kind=BlockKind.HEADING, text=text, level=level, page=page, boxes=boxes)


def row(number: int, text: str = "") -> Block:
    return Block(kind=BlockKind.ROW, text=text or f"Name: Ship {number}; Year: {1800 + number}", row=number)


def test_short_paragraphs_of_a_section_share_a_chunk() -> None:
    [found] = chunk(heading("The lamp"), paragraph("It was bright.", y=100), paragraph("It was loud.", y=130))
    assert found.text == "It was bright.\nIt was loud."
    assert found.heading_path == ("The lamp",)
    assert [(box.y0, box.y1) for box in found.boxes] == [(100, 150)]
    assert found.searchable_text() == "The lamp\nIt was bright.\nIt was loud."


def test_paragraphs_far_from_each_other_keep_boxes_of_their_own() -> None:
    [found] = chunk(paragraph("It was bright.", y=100), paragraph("It was loud.", y=400))
    assert [(box.y0, box.y1) for box in found.boxes] == [(100, 120), (400, 420)]


def test_every_chunk_of_a_section_is_searched_with_its_headings() -> None:
    long = " ".join([SENTENCE] * 30)
    found = chunk(heading("Book"), heading("Lamp", 2), paragraph(long))
    assert len(found) > 1
    for part in found:
        assert part.text.startswith("The keeper")
        assert part.searchable_text() == f"Book\nLamp\n{part.text}"


def test_chunks_do_not_reach_across_headings_or_pages() -> None:
    found = chunk(heading("One"), paragraph("Alpha."), heading("Two"), paragraph("Beta."), paragraph("Gamma.", page=2))
    assert [(c.text, c.heading_path, c.page_from, c.page_to) for c in found] == [
        ("Alpha.", ("One",), 1, 1),
        ("Beta.", ("Two",), 1, 1),
        ("Gamma.", ("Two",), 2, 2),
    ]


def test_deeper_headings_nest_and_equal_ones_replace() -> None:
    found = chunk(
        heading("A"), heading("B", 2), paragraph("x."), heading("C", 2), paragraph("y."), heading("D"), paragraph("z.")
    )
    assert [c.heading_path for c in found] == [("A", "B"), ("A", "C"), ("D",)]


def test_headings_alone_still_make_chunks() -> None:
    found = chunk(heading("Agenda"), heading("Results", 1), heading("Plan", 2), heading("Thanks", 1, page=2))
    assert [(c.text, c.page_from) for c in found] == [("Agenda\nResults\nPlan", 1), ("Thanks", 2)]


def test_a_long_paragraph_is_cut_between_sentences() -> None:
    text = " ".join(f"{SENTENCE[:-1]} {n}." for n in range(60))
    found = chunk(paragraph(text))
    assert len(found) > 3
    assert " ".join(c.text for c in found) == text
    assert all(c.text.endswith(".") for c in found)
    assert all(BitTokens().count([c.text])[0] <= IngestOptions().chunk_tokens for c in found)


def test_a_sentence_across_two_pages_stays_whole_and_the_rest_goes_with_the_second_page() -> None:
    found = chunk(
        paragraph("First thing. The lamp was seen", page=1), paragraph("from afar at sea. Second thing.", page=2)
    )
    assert [(c.text, c.page_from, c.page_to) for c in found] == [
        ("First thing. The lamp was seen from afar at sea.", 1, 2),
        ("Second thing.", 2, 2),
    ]
    assert [box.page for box in found[0].boxes] == [1, 2]
    assert [box.page for box in found[1].boxes] == [2]


def test_a_sentence_that_cannot_end_goes_on_with_a_name() -> None:
    found = chunk(paragraph("They served in the", page=1), paragraph("United States for years.", page=2))
    assert [c.text for c in found] == ["They served in the United States for years."]


def test_a_word_broken_across_two_pages_is_mended() -> None:
    found = chunk(paragraph("It was a remark-", page=1), paragraph("able lamp.", page=2))
    assert [c.text for c in found] == ["It was a remarkable lamp."]


def test_a_finished_page_is_not_joined_to_the_next() -> None:
    found = chunk(paragraph("It ended.", page=1), paragraph("and began anew.", page=2))
    assert [(c.page_from, c.page_to) for c in found] == [(1, 1), (2, 2)]


def test_each_chunk_of_a_table_begins_with_its_header() -> None:
    lines = ["Year | Ships | Captain", *(f"{1800 + n} | {n * 7} | Captain number {n} of the line" for n in range(80))]
    table = Block(kind=BlockKind.TABLE, text="\n".join(lines), page=1, has_header=True)
    found = chunk(paragraph("Before."), table, paragraph("After."))
    inner = [c.text.splitlines() for c in found[1:-1]]
    assert len(inner) > 2
    assert all(text[0] == lines[0] for text in inner)
    assert [line for text in inner for line in text[1:]] == lines[1:]


def test_a_table_without_header_repeats_nothing() -> None:
    lines = [f"{n} | {n * 7} | a cell with some words in it" for n in range(80)]
    found = chunk(Block(kind=BlockKind.TABLE, text="\n".join(lines), page=1))
    assert [line for c in found for line in c.text.splitlines()] == lines


def test_each_line_of_a_csv_chunk_is_the_row_it_claims() -> None:
    found = chunk(paragraph("Columns: Name, Year.", page=None), *(row(n) for n in range(1, 200)))
    assert found[0].row_from is None
    seen = []
    for part in found[1:]:
        assert part.row_from is not None
        for offset, line in enumerate(part.text.splitlines()):
            seen.append(part.row_from + offset)
            assert line == row(part.row_from + offset).text
        assert part.row_to == seen[-1]
    assert seen == list(range(1, 200))


def test_rows_left_out_between_others_part_them_so_that_lines_still_tell_their_rows() -> None:
    found = chunk(row(1), row(2), row(5), row(6))
    assert [(part.row_from, part.row_to, len(part.text.splitlines())) for part in found] == [(1, 2, 2), (5, 6, 2)]


def test_a_row_longer_than_a_chunk_is_continued_under_its_number() -> None:
    long = "; ".join(f"column {n}: value {n}" for n in range(150))
    rows: dict[int, str] = {}
    for part in chunk(row(1), row(2, long), row(3)):
        assert part.row_from is not None
        lines = part.text.splitlines()
        assert part.row_to == part.row_from + len(lines) - 1
        for number, line in enumerate(lines, start=part.row_from):
            rows[number] = f"{rows[number]} {line}" if number in rows else line
    assert rows == {1: row(1).text, 2: long, 3: row(3).text}


def test_cjk_chunks_are_shorter() -> None:
    found = chunk(paragraph("".join(f"这是关于灯塔的第{n}个句子。" for n in range(120))))
    assert all(150 <= len(c.text) <= 230 for c in found[:-2])


def test_parents_group_the_chunks_of_a_section() -> None:
    long = " ".join([SENTENCE] * 40)
    found = chunk(heading("One"), paragraph(long), heading("Two"), paragraph("Short."))
    parents = [c.parent for c in found]
    assert parents == sorted(parents)
    assert set(parents) == set(range(max(parents) + 1))
    assert len({c.parent for c in found if c.heading_path == ("One",)}) == 1
    assert found[-1].parent != found[0].parent


@pytest.mark.parametrize("blocks", [(), (paragraph("  \n "),)])
def test_from_nothing_comes_nothing(blocks: tuple[Block, ...]) -> None:
    assert chunk(*blocks) == []
