"""Paragraphs over columns, footnotes, captions, lists, headings, right-to-left text."""

from pathlib import Path

import pymupdf
import pytest

from docqa.core.models import BlockKind
from tests.fakes.documents import A4, PROSE
from tests.unit.parsing.pdf_support import blocks_of, texts

LONG = f"{PROSE} {PROSE}"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "document.pdf"


def write(path: Path, *lines: tuple[float, float, str, float, str]) -> None:
    """One page with each (x, y of the base line, text, size, font)."""
    with pymupdf.open() as document:
        page = document.new_page(width=A4[0], height=A4[1])
        for x, y, text, size, font in lines:
            page.insert_text((x, y), text, fontsize=size, fontname=font)
        document.save(path)


def body(
    y: float, text: str, x: float = 72, font: str = "helv", size: float = 11
) -> tuple[float, float, str, float, str]:
    return x, y, text, size, font


def test_a_paragraph_goes_on_in_the_next_column(path: Path) -> None:
    left = [
        "The keeper of the light had been on the",
        "island for nine years and knew each of",
        "the rocks around it when a ship went un-",
    ]
    right = [
        "noticed past the light and struck the reef",
        "which all of the charts had left out for as",
        "long as anyone could tell.",
    ]
    write(
        path,
        *(body(100 + 14 * i, line) for i, line in enumerate([*left[:0], *left])),
        *(body(100 + 14 * i, line, x=320) for i, line in enumerate(right)),
    )
    [paragraph] = texts(path, BlockKind.PARAGRAPH)
    assert "when a ship went unnoticed past the light" in paragraph
    [block] = blocks_of(path)
    assert len(block.spans) == 6
    assert block.spans[2].box.x0 < 100 < 300 < block.spans[3].box.x0


def test_footnotes_come_after_the_body_as_notes(path: Path) -> None:
    with pymupdf.open() as document:
        page = document.new_page(width=A4[0], height=A4[1])
        page.insert_textbox((72, 100, 520, 400), LONG, fontsize=11)
        page.insert_text((72, 740), "1 The log of the station, kept in the tower.", fontsize=8)
        page.insert_text((82, 750), "It has no pages for the year of the storm.", fontsize=8)
        page.insert_text((72, 760), "2 See the chart of the reef.", fontsize=8)
        document.save(path)
    assert texts(path, BlockKind.NOTE) == [
        "1 The log of the station, kept in the tower. It has no pages for the year of the storm.",
        "2 See the chart of the reef.",
    ]
    assert [block.kind for block in blocks_of(path)] == [BlockKind.PARAGRAPH, BlockKind.NOTE, BlockKind.NOTE]


def test_footnotes_of_the_left_column_come_after_the_right_column(path: Path) -> None:
    with pymupdf.open() as document:
        page = document.new_page(width=A4[0], height=A4[1])
        page.insert_textbox((72, 100, 285, 400), LONG, fontsize=11)
        page.insert_textbox((310, 100, 523, 400), LONG, fontsize=11)
        page.insert_text((72, 740), "1 The log of the station in the tower.", fontsize=8)
        document.save(path)
    kinds = [block.kind for block in blocks_of(path)]
    assert kinds == [BlockKind.PARAGRAPH, BlockKind.PARAGRAPH, BlockKind.NOTE]


@pytest.mark.parametrize(
    "caption",
    [
        "Figure 3: The lamp from below",
        "Table 2. Ships by year",
        "Abb. 4: Der Turm",
        "Fig. 1.2: The reef",
        "\u56fe 1: \u706f\u5854",
    ],
)
def test_captions_are_told_from_text(path: Path, caption: str) -> None:
    font = "china-s" if not caption.isascii() and "\u706f" in caption else "helv"
    write(
        path,
        body(100, PROSE[:70]),
        body(130, caption, font=font),
        body(160, "Figure 3 shows the lamp, as the keeper saw it."),
    )
    assert texts(path, BlockKind.CAPTION) == [caption]


def test_lists_keep_their_items_apart_and_whole(path: Path) -> None:
    write(
        path,
        body(100, "\u2022 the first ship of the year, which came in", font="china-s"),
        body(114, "from the north with salt", x=84),
        body(128, "(a) her captain was well known", x=90),
        body(142, "(b) her mate was not", x=90),
        body(156, "\u2022 the second ship", font="china-s"),
        body(170, "They all went out again with the next tide."),
    )
    assert texts(path, BlockKind.LIST_ITEM) == [
        "the first ship of the year, which came in from the north with salt",
        "(a) her captain was well known",
        "(b) her mate was not",
        "the second ship",
    ]


@pytest.mark.parametrize(
    "title",
    ["2.3 The lamp and its oil", "Article 5", "\u00a7 4 Of the keeper", "THE KEEPER OF THE LIGHT", "Chapter II"],
)
def test_numbering_and_capitals_make_headings_of_plain_type(path: Path, title: str) -> None:
    with pymupdf.open() as document:
        page = document.new_page(width=A4[0], height=A4[1])
        page.insert_textbox((72, 100, 520, 180), LONG, fontsize=11)
        page.insert_text((72, 220), title, fontsize=11)
        page.insert_textbox((72, 240, 520, 320), LONG, fontsize=11)
        document.save(path)
    assert texts(path, BlockKind.HEADING) == [title]


def test_italics_that_stand_alone_are_a_heading(path: Path) -> None:
    with pymupdf.open() as document:
        page = document.new_page(width=A4[0], height=A4[1])
        page.insert_textbox((72, 100, 520, 180), LONG, fontsize=11)
        page.insert_text((72, 220), "The Keeper and Her Log", fontsize=11, fontname="tiit")
        page.insert_textbox((72, 224, 520, 320), LONG, fontsize=11)
        document.save(path)
    assert texts(path, BlockKind.HEADING) == ["The Keeper and Her Log"]


@pytest.mark.parametrize(
    "line",
    ["2.3 tons of oil were burnt", "Article 5 says that the keeper may not leave the island, nor send for", "I AM"],
)
def test_what_only_begins_like_a_heading_is_none(path: Path, line: str) -> None:
    with pymupdf.open() as document:
        page = document.new_page(width=A4[0], height=A4[1])
        page.insert_textbox((72, 100, 520, 180), LONG, fontsize=11)
        page.insert_text((72, 174), line, fontsize=11)
        document.save(path)
    assert texts(path, BlockKind.HEADING) == []


def test_numbered_headings_of_one_look_are_as_deep_as_their_numbers(path: Path) -> None:
    with pymupdf.open() as document:
        page = document.new_page(width=A4[0], height=A4[1])
        for i, title in enumerate(("1 The lamp", "1.1 Its oil", "1.1.1 Whale oil", "2 The keeper")):
            page.insert_text((72, 80 + 150 * i), title, fontsize=11, fontname="hebo")
            page.insert_textbox((72, 90 + 150 * i, 520, 200 + 150 * i), PROSE, fontsize=11)
        document.save(path)
    levels = [block.level for block in blocks_of(path) if block.kind is BlockKind.HEADING]
    assert [level - levels[0] for level in levels] == [0, 1, 2, 0]  # type: ignore[operator]


def test_pages_of_a_spread_are_read_one_after_the_other(path: Path) -> None:
    with pymupdf.open() as document:
        page = document.new_page(width=2 * A4[0], height=A4[1])
        for side, x in (("left", 72), ("right", 72 + A4[0])):
            for i in range(8):
                page.insert_text((x, 100 + 20 * i), "\u00b7")
                page.insert_text((x + 14, 100 + 20 * i), f"answer {i} that is given on the {side} page")
        document.save(path)
    assert [text.split()[-2] for text in texts(path, BlockKind.LIST_ITEM)] == ["left"] * 8 + ["right"] * 8


def test_a_table_of_contents_keeps_its_entries_apart(path: Path) -> None:
    write(path, *(body(100 + 14 * i, f"Part {n} of the log {'.' * 60} {10 + i}") for i, n in enumerate(("one", "two"))))
    assert [block.text for block in blocks_of(path)] == [
        "Part one of the log \u2026 10",
        "Part two of the log \u2026 11",
    ]
