"""Plain text: wrapped lines are joined, lines that mean something are kept."""

import textwrap
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from docqa.core.models import BlockKind, ParsedRange
from docqa.parsing.text import parser as text_parser
from docqa.parsing.text.blocks import text_blocks
from docqa.parsing.text.parser import TextParser
from tests.fakes.documents import PROSE


def lines(text: str) -> list[str]:
    return [f"{block.kind.value}{block.level or ''}: {block.text}" for block in text_blocks(text)]


def parse(tmp_path: Path, data: bytes) -> list[ParsedRange]:
    path = tmp_path / "a.txt"
    path.write_bytes(data)
    parser = TextParser()
    return [parser.parse(path, pages) for pages in parser.plan(path, max_pages=10).ranges]


def test_wrapped_lines_are_one_paragraph_and_blank_lines_part_them() -> None:
    wrapped = textwrap.fill(PROSE, 60)
    assert lines(f"{wrapped}\n\n{wrapped}\n") == [f"paragraph: {PROSE}"] * 2


def test_paragraphs_told_by_their_indented_first_line() -> None:
    wrapped = textwrap.fill(PROSE, 60, initial_indent="    ")
    assert lines(f"{wrapped}\n{wrapped}") == [f"paragraph: {PROSE}"] * 2


def test_lines_that_are_paragraphs_stay_so() -> None:
    assert lines(f"{PROSE}\n{PROSE}\nShort.") == [f"paragraph: {PROSE}", f"paragraph: {PROSE}", "paragraph: Short."]


def test_verse_and_addresses_keep_their_lines() -> None:
    wrapped = textwrap.fill(PROSE, 70)
    address = "Maria Okafor\n12 Harbour Road\nGull Island"
    assert lines(f"{wrapped}\n\n{address}") == [
        f"paragraph: {PROSE}",
        *(f"paragraph: {a}" for a in address.split("\n")),
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("THE LAMP\n\nIt burns.", ["heading1: THE LAMP", "paragraph: It burns."]),
        ("Lamp\n====\nIt burns.\n\nOil\n---\nIs dear.",
         ["heading1: Lamp", "paragraph: It burns.", "heading2: Oil", "paragraph: Is dear."]),
        ("2.1 The lamp\n\nIt burns.", ["heading2: 2.1 The lamp", "paragraph: It burns."]),
        ("Chapter IV\n\nIt burns.", ["heading1: Chapter IV", "paragraph: It burns."]),
        ("1. Milk\n\n2. Bread\n\n3. Oil\n\nDone.",
         ["list_item: 1. Milk", "list_item: 2. Bread", "list_item: 3. Oil", "paragraph: Done."]),
        ("A sentence that ends.\n\nAnother.", ["paragraph: A sentence that ends.", "paragraph: Another."]),
    ],
)  # fmt: skip
def test_headings_with_care(text: str, expected: list[str]) -> None:
    assert lines(text) == expected


def test_lists_with_wrapped_items() -> None:
    text = "We sell:\n- oil, which is\n  dear\n* rope\n1) lamps\n(b) wicks\nand more"
    assert lines(text) == [
        "paragraph: We sell:", "list_item: oil, which is dear", "list_item: rope", "list_item: 1) lamps",
        "list_item: (b) wicks and more"]  # fmt: skip


@pytest.mark.parametrize(
    "text",
    [
        "Year   Ships  Storms\n1875   120    14\n1876   133    9",
        "Year\tShips\tStorms\n1875\t120\t14\n1876\t133\t9",
        "+------+-------+--------+\n| Year | Ships | Storms |\n+------+-------+--------+\n| 1875 | 120   | 14     |\n"
        "| 1876 | 133   | 9      |\n+------+-------+--------+",
    ],
    ids=["spaces", "tabs", "drawn"],
)
def test_tables_drawn_with_characters(text: str) -> None:
    (table,) = text_blocks(text)
    assert (table.kind, table.text) == (BlockKind.TABLE, "Year | Ships | Storms\n1875 | 120 | 14\n1876 | 133 | 9")
    assert table.has_header


def test_code_and_logs_keep_their_lines() -> None:
    code = "def f(x):\n    if x > 1:\n        return g(x)"
    assert lines(f"Call it so:\n\n{textwrap.indent(code, '    ')}\n\nThat is all.")[1] == f"code: {code}"
    log = "\n".join(f"2024-05-0{n} 10:00:00,123 ERROR lamp {n} is out" for n in range(1, 4))
    assert lines(log) == [f"code: {log}"]


def test_escape_codes_overstriking_and_page_marks() -> None:
    assert lines("\x1b[1;31mRed\x1b[0m text\x1b]0;title\x07 here") == ["paragraph: Red text here"]
    assert lines("N\bNA\bAM\bME\bE\n\nIt burns.") == ["heading1: NAME", "paragraph: It burns."]
    assert lines("one\x0ctwo") == ["paragraph: one", "paragraph: two"]


def test_scripts_without_spaces_are_joined_without_any() -> None:
    text = textwrap.fill("灯台守は毎朝、朝食の前に天気を書き留めた。" * 12, 45)
    assert lines(text) == ["paragraph: " + "灯台守は毎朝、朝食の前に天気を書き留めた。" * 12]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-be", "cp1252", "cp1251"])
def test_encodings(tmp_path: Path, encoding: str) -> None:
    text = (
        "Смотритель маяка записывал погоду." if encoding == "cp1251" else "Der Wärter schrieb täglich – über Schiffe."
    )
    (parsed,) = parse(tmp_path, f"{text}\r\n\r\n{text}\r\n".encode(encoding))
    assert [block.text for block in parsed.blocks] == [text, text]
    assert not parsed.warnings


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-be", "gb18030"])
def test_ranges_of_a_large_file_hold_everything_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, encoding: str
) -> None:
    monkeypatch.setattr(text_parser, "RANGE_BYTES", 4096)
    numbered = [f"Absatz {n}: 灯塔看守人记录天气。" for n in range(900)]
    parsed = parse(tmp_path, "\n\n".join(numbered).encode(encoding))
    assert len(parsed) > 4
    assert [one.index for one in parsed] == list(range(len(parsed)))
    read = [block.text for one in parsed for block in one.blocks]
    if encoding.startswith("utf-16"):  # may part a paragraph in two
        assert "".join(read).replace(" ", "") == "".join(numbered).replace(" ", "")
    else:
        assert read == numbered


def test_a_line_without_end_becomes_several_blocks() -> None:
    text = "word " * 50_000
    blocks = list(text_blocks(text))
    assert len(blocks) > 10
    assert " ".join(block.text for block in blocks) == text.strip()


@pytest.mark.parametrize("piece", ["a", "- ", "a\n", "| ", "=", "\x1b[", "(a(", "1. ", "  a  b\n", "\t", "\x08a", "> "])
def test_repetition_costs_no_more_than_its_length(piece: str) -> None:
    start = time.perf_counter()
    list(text_blocks(piece * 100_000))
    assert time.perf_counter() - start < 10


@given(st.text(alphabet="abC .\n\t-*1=|灯:;{}()é'\x0c\x1b", max_size=300))
def test_no_word_is_lost(text: str) -> None:
    blocks = list(text_blocks(text))
    for block in blocks:
        assert block.text == block.text.strip() != ""
        assert "\n" not in block.text or block.kind in (BlockKind.TABLE, BlockKind.CODE)
    read = "".join(block.text for block in blocks)
    assert [char for char in read if char in "abCé灯"] == [char for char in text if char in "abCé灯"] or "\x1b" in text
