"""DOCX tables: every cell in its column, heads told from bodies, layouts read as text."""

from pathlib import Path

import pytest

from docqa.core.models import Block, BlockKind, Hidden, PageRange
from docqa.parsing.docx.parser import DocxParser
from tests.fakes.office import p, write_word


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "a.docx"


def blocks(path: Path) -> list[Block]:
    return list(DocxParser().parse(path, PageRange(index=0, first=1, last=1)).blocks)


def tc(content: str, *, span: int = 1, merge: str = "", more: str = "") -> str:
    inner = content if content.startswith("<") else p(content)
    joined = {"": "", "starts": '<w:vMerge w:val="restart"/>', "goes on": "<w:vMerge/>"}[merge]
    return f'<w:tc><w:tcPr><w:gridSpan w:val="{span}"/>{joined}{more}</w:tcPr>{inner}</w:tc>'


def tr(*cells: str, more: str = "") -> str:
    return f"<w:tr><w:trPr>{more}</w:trPr>{''.join(cells)}</w:tr>"


def table(*rows: str, more: str = "") -> str:
    return f"<w:tbl><w:tblPr>{more}</w:tblPr>{''.join(rows)}</w:tbl>"


HEAD = "<w:tblHeader/>"


def test_merged_cells_stand_in_all_that_they_cover(path: Path) -> None:
    body = table(
        tr(tc("Zone"), tc("Day"), tc("Night")),
        tr(tc("North", merge="starts"), tc("634"), tc("435")),
        tr(tc("", merge="goes on"), tc("712", span=2)),
    )
    write_word(path, body)
    [block] = blocks(path)
    assert block.text == "Zone | Day | Night\nNorth | 634 | 435\nNorth | 712 | 712"
    assert block.has_header


def test_a_long_merged_text_is_said_once(path: Path) -> None:
    long = "words " * 20
    body = table(tr(tc("a"), tc("b")), tr(tc(long, merge="starts"), tc("1")), tr(tc("", merge="goes on"), tc("2")))
    write_word(path, body)
    [block] = blocks(path)
    assert block.text.count("words") == 20
    assert block.text.splitlines()[2] == "| 2"


def test_heads_of_two_lines_become_one(path: Path) -> None:
    body = table(
        tr(tc("Route", merge="starts"), tc("2024", span=2), tc("2025", span=2), more=HEAD),
        tr(tc("", merge="goes on"), tc("May"), tc("June"), tc("May"), tc("June"), more=HEAD),
        tr(tc("Inner"), tc("1"), tc("2"), tc("3"), tc("4")),
    )
    write_word(path, body)
    [block] = blocks(path)
    assert block.text == "Route | 2024 May | 2024 June | 2025 May | 2025 June\nInner | 1 | 2 | 3 | 4"
    assert block.has_header


def test_heads_of_two_lines_are_seen_without_a_mark(path: Path) -> None:
    heads = tr(tc(""), tc("Ships", span=2)), tr(tc(""), tc("In"), tc("Out"))
    body = table(*heads, tr(tc("May"), tc("4"), tc("5")), tr(tc("June"), tc("6"), tc("7")))
    write_word(path, body)
    assert blocks(path)[0].text.splitlines()[0] == "| Ships In | Ships Out"


def test_a_first_row_of_one_cell_is_the_tables_caption(path: Path) -> None:
    body = table(tr(tc("Allowances", span=2)), tr(tc("Land"), tc("Crowns")), tr(tc("Norway"), tc("634")))
    write_word(path, body)
    found = [(block.kind, block.text) for block in blocks(path)]
    assert found == [(BlockKind.CAPTION, "Allowances"), (BlockKind.TABLE, "Land | Crowns\nNorway | 634")]


def test_rows_that_begin_late_or_are_deleted(path: Path) -> None:
    body = table(
        tr(tc("a"), tc("b")), tr(tc("x"), more='<w:gridBefore w:val="1"/>'), tr(tc("gone"), tc("gone"), more="<w:del/>")
    )  # fmt: skip
    write_word(path, body)
    assert blocks(path)[0].text == "a | b\n| x"


def test_lists_links_and_bars_inside_cells(path: Path) -> None:
    link = '<w:hyperlink r:id="rId1"><w:r><w:t>here</w:t></w:r></w:hyperlink>'
    body = table(tr(tc("a|b"), tc(p("one") + p("see ", inner=link))), tr(tc("c"), tc("d")))
    write_word(path, body, relations=[("hyperlink", "https://a.example/")])
    [block] = blocks(path)
    assert block.text.splitlines()[0] == "a/b | one see here"
    assert [block.text[one.start : one.end] for one in block.links] == ["here"]


def test_notes_and_hidden_text_of_cells_follow_the_table(path: Path) -> None:
    secret = p("shown", inner="<w:r><w:rPr><w:vanish/></w:rPr><w:t>secret</w:t></w:r>")
    write_word(path, table(tr(tc(secret), tc("b")), tr(tc("c"), tc("d"))) + p("after"))
    assert [(block.text, block.hidden) for block in blocks(path)] == [
        ("shown | b\nc | d", None), ("secret", Hidden.INVISIBLE), ("after", None)
    ]  # fmt: skip


def test_a_table_that_lays_out_a_page_is_read_as_text(path: Path) -> None:
    heading = p("Offer", properties='<w:outlineLvl w:val="1"/>')
    write_word(
        path, table(tr(tc(heading + p("Rowing boats.")), tc(p("Aside")))) + table(tr(tc(p("Framed") + p("text"))))
    )
    assert [(block.kind, block.text) for block in blocks(path)] == [
        (BlockKind.HEADING, "Offer"), (BlockKind.PARAGRAPH, "Rowing boats."), (BlockKind.PARAGRAPH, "Aside"),
        (BlockKind.PARAGRAPH, "Framed"), (BlockKind.PARAGRAPH, "text"),
    ]  # fmt: skip


def test_absurd_spans_are_bounded(path: Path) -> None:
    wide = tr(*(tc(str(n), span=999_999_999) for n in range(40)), more='<w:gridBefore w:val="99999999"/>')
    write_word(path, table(wide, wide))
    assert all(len(block.text) < 500_000 for block in blocks(path))


def test_tables_nested_too_deep_are_reported(path: Path) -> None:
    body = "<w:tbl><w:tr><w:tc>" * 30 + p("deep") + "</w:tc></w:tr></w:tbl>" * 30
    write_word(path, p("top") + body)
    parsed = DocxParser().parse(path, PageRange(index=0, first=1, last=1))
    assert [block.text for block in parsed.blocks] == ["top"]
    assert [one.code for one in parsed.warnings] == ["nested_too_deep"]
