"""JSON Lines: texts with titles, records of fields, lines that are neither, and long files in ranges."""

import json
from pathlib import Path
from typing import Any

import pytest

from docqa.core.errors import CorruptFile, FileEmpty, TooManyPages, TypeMismatch
from docqa.core.models import Block, BlockKind, Format
from docqa.core.profiles import merged, summary_text
from docqa.parsing.jsonl import parser as module
from docqa.parsing.jsonl.parser import JsonLinesParser
from docqa.parsing.sniff import check, sniff

PARSER = JsonLinesParser()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "records.jsonl"


def written(path: Path, *records: Any) -> Path:
    lines = [record if isinstance(record, str) else json.dumps(record, ensure_ascii=False) for record in records]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def read(path: Path) -> list[Block]:
    return [block for pages in PARSER.plan(path, max_pages=1).ranges for block in PARSER.parse(path, pages).blocks]


def seen(path: Path) -> list[tuple[str, int | None, str]]:
    return [(block.kind.value, block.row, block.text) for block in read(path)]


def warnings(path: Path) -> dict[str, int]:
    (pages,) = PARSER.plan(path, max_pages=1).ranges
    return {one.code: one.count for one in PARSER.parse(path, pages).warnings}


def test_a_text_with_a_title_becomes_a_heading_and_paragraphs_without_its_id(path: Path) -> None:
    written(
        path, {"_id": "d1", "title": " The  lamp ", "text": "It was\nbright.\n\nIt was seen."}, {"text": "No title."}
    )
    assert seen(path) == [
        ("heading", 1, "The lamp"),
        ("paragraph", 1, "It was bright."),
        ("paragraph", 1, "It was seen."),
        ("paragraph", 2, "No title."),
    ]


def test_further_fields_of_a_text_follow_it_and_empty_ones_do_not(path: Path) -> None:
    written(
        path, {"id": 7, "text": "It was bright.", "author": "M. Okafor", "metadata": {}, "tags": ["a", "b"], "x": None}
    )
    assert seen(path) == [("paragraph", 1, "It was bright."), ("paragraph", 1, "author: M. Okafor; tags: a, b")]


def test_fields_become_a_row_and_their_names_and_values_are_told(path: Path) -> None:
    written(path, {"Name": "Amity", "Built": 1874, "Crew": {"Captain": "Okafor"}}, {"Name": "Bounty", "Sunk": True})
    assert seen(path) == [
        ("paragraph", None, "Columns: Name, Built, Crew.Captain, Sunk."),
        ("row", 1, "Name: Amity; Built: 1874; Crew.Captain: Okafor"),
        ("row", 2, "Name: Bounty; Sunk: true"),
    ]
    (pages,) = PARSER.plan(path, max_pages=1).ranges
    (profile,) = merged(PARSER.parse(path, pages).profiles)
    assert summary_text(profile).startswith("Table of 2 rows and 4 columns. Columns: Name, Built, Crew.Captain, Sunk.")


def test_rows_are_numbered_by_their_line_whatever_stands_between(path: Path) -> None:
    written(path, {"text": "one"}, "", "{broken", {"text": "four"})
    assert seen(path) == [("paragraph", 1, "one"), ("paragraph", 4, "four")]
    assert warnings(path) == {"record_unreadable": 1}


def test_values_that_are_no_objects_are_read(path: Path) -> None:
    written(path, '["a", 2]', '"A text."', "17", '[{"k": 1}, [2]]')
    rows = [(block.kind, block.row, block.text) for block in read(path) if block.row]
    assert rows == [
        (BlockKind.ROW, 1, "column 1: a; column 2: 2"),
        (BlockKind.PARAGRAPH, 2, "A text."),
        (BlockKind.PARAGRAPH, 3, "17"),
        (BlockKind.ROW, 4, "column 1.k: 1; column 2: 2"),
    ]


def test_numbers_stay_as_they_are_written(path: Path) -> None:
    path.write_text('{"a": 1.50, "b": 1e400, "c": ' + "9" * 5000 + "}\n", encoding="utf-8")
    assert seen(path)[1][2] == f"a: 1.50; b: 1e400; c: {'9' * 5000}"


def test_what_is_nested_too_deep_is_left_out_and_told(path: Path) -> None:
    deep: Any = "core"
    for _ in range(12):
        deep = {"in": deep}
    written(path, {"a": "1", "b": deep})
    assert seen(path)[1:] == [("row", 1, "a: 1")]
    assert warnings(path) == {"nested_too_deep": 1}
    written(path, {"a": "1"}, "[" * 200_000)
    assert warnings(path) == {"record_unreadable": 1}


def test_a_long_value_is_cut_and_a_long_paragraph_is_parted(path: Path) -> None:
    written(path, {"a": "x" * 150_000})
    assert warnings(path) == {"truncated": 1}
    words = " ".join(f"word{n}" for n in range(5_000))
    blocks = read(written(path, {"text": words}))
    assert " ".join(block.text for block in blocks) == words
    assert max(len(block.text) for block in blocks) <= 10_000


def test_zero_characters_do_not_pass(path: Path) -> None:
    assert seen(written(path, {"text": "a\u0000b"})) == [("paragraph", 1, "ab")]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "utf-32"])
def test_encodings(path: Path, encoding: str) -> None:
    path.write_text('{"text": "Leuchtfeuer für Gåsvik"}\n{"text": "灯塔很亮"}\n', encoding=encoding)
    assert sniff(path) is Format.JSONL
    assert [text for _, _, text in seen(path)] == ["Leuchtfeuer für Gåsvik", "灯塔很亮"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_a_long_file_reads_the_same_in_ranges(path: Path, monkeypatch: pytest.MonkeyPatch, encoding: str) -> None:
    records = [{"text": f"Entry {n}"} if n % 3 else {"Name": f"Ship {n}", "Nr": n} for n in range(200)]
    path.write_text("\n".join(["", *map(json.dumps, records)]), encoding=encoding)
    whole = read(path)
    monkeypatch.setattr(module, "RANGE_LINES", 17)
    plan = PARSER.plan(path, max_pages=1)
    assert len(plan.ranges) == 12
    assert read(path) == whole
    assert [block.row for block in whole if block.row] == list(range(2, 202))
    profiles = [one for pages in plan.ranges for one in PARSER.parse(path, pages).profiles]
    assert [one.rows for one in merged(profiles)] == [67]


def test_files_without_records_are_refused(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path.write_text("\n \n", encoding="utf-8")
    with pytest.raises(FileEmpty):
        PARSER.plan(path, max_pages=1)
    path.write_text('{\n "a": 1,\n "b": 2\n}\n', encoding="utf-8")
    check(path, Format.JSONL)
    with pytest.raises(CorruptFile, match="one record a line"):
        read(path)
    monkeypatch.setattr(module, "MAX_LINES", 3)
    with pytest.raises(TooManyPages):
        PARSER.plan(path, max_pages=1)
    path.write_text("Not JSON at all.\n", encoding="utf-8")
    with pytest.raises(TypeMismatch, match=r"named \.jsonl but holds plain text"):
        check(path, Format.JSONL)
