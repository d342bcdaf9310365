"""Blocks as Markdown."""

from benchmarks.parsing_markdown import read
from docqa.core.models import Block, BlockKind, Hidden
from docqa.parsing.rendering import render_markdown


def block(kind: BlockKind, text: str, **more: object) -> Block:
    return Block.model_validate({"kind": kind, "text": text, **more})


def test_each_kind_has_its_form() -> None:
    blocks = [
        block(BlockKind.HEADING, "Lamps", level=2),
        block(BlockKind.PARAGRAPH, "They shine."),
        block(BlockKind.LIST_ITEM, "first"),
        block(BlockKind.LIST_ITEM, "2. second"),
        block(BlockKind.TABLE, "Year | Ships | Lost\n1875\n|  | 9", has_header=True),
        block(BlockKind.TABLE, "1 | 2"),
        block(BlockKind.CODE, "a = `b`\n```"),
        block(BlockKind.NOTE, "See above."),
    ]
    assert render_markdown(blocks) == (
        "## Lamps\n\nThey shine.\n\n- first\n2. second\n\n"
        "| Year | Ships | Lost |\n| --- | --- | --- |\n| 1875 |  |  |\n|  |  | 9 |\n\n"
        "|  |  |\n| --- | --- |\n| 1 | 2 |\n\n"
        "````\na = `b`\n```\n````\n\n> See above.\n"
    )


def test_nothing_is_an_empty_text() -> None:
    assert render_markdown([]) == ""


def test_records_become_one_table_a_sheet_again() -> None:
    rows = [
        block(BlockKind.ROW, "Name: Amity; Note: old; slow: very", row=1),
        block(BlockKind.ROW, "Name: Bounty; Year: 1787; column 4: lost", row=2),
        block(BlockKind.ROW, "Port: Hull; Ships: 3; a few", row=1, sheet="Ports"),
    ]
    assert render_markdown(rows) == (
        "| Name | Year | Note |  | slow |\n| --- | --- | --- | --- | --- |\n"
        "| Amity |  | old |  | very |\n| Bounty | 1787 |  | lost |  |\n\n"
        "| Port | Ships |\n| --- | --- |\n| Hull | 3; a few |\n"
    )


def test_named_columns_become_the_header_of_their_records() -> None:
    named = block(BlockKind.PARAGRAPH, "Columns: No., Remark, Open.")
    rows = [block(BlockKind.ROW, "No.: 1; Remark: none; see: above", row=1), block(BlockKind.ROW, "No.: 2", row=2)]
    table = "| No. | Remark | Open |\n| --- | --- | --- |\n| 1 | none; see: above |  |\n| 2 |  |  |\n"
    assert render_markdown([named, *rows]) == table
    other = block(BlockKind.ROW, "Ship: Amity", row=1)
    assert render_markdown([named, other]) == f"{named.text}\n\n| Ship |\n| --- |\n| Amity |\n"


def test_marks_in_a_text_are_not_taken_for_markdown() -> None:
    for text in (
        "# no heading",
        "- no item",
        "1. no number",
        "> no quote",
        "| no | table |",
        "a * b * c",
        "<b>x</b>",
        "`q`",
    ):
        rendered = render_markdown([block(BlockKind.PARAGRAPH, text)])
        assert "\\" in rendered
        assert not read(rendered).headings
        assert not read(rendered).tables
    assert render_markdown([block(BlockKind.PARAGRAPH, "snake_case and 3 < 4 at $5")]) == "snake_case and 3 < 4 at $5\n"


def test_hidden_text_and_summaries_are_left_out_unless_asked_for() -> None:
    blocks = [
        block(BlockKind.SUMMARY, "Two columns."),
        block(BlockKind.PARAGRAPH, "seen"),
        block(BlockKind.PARAGRAPH, "unseen", hidden=Hidden.WHITE),
    ]
    assert render_markdown(blocks) == "seen\n"
    assert render_markdown(blocks, include_hidden=True, include_summaries=True) == "> Two columns.\n\nseen\n\nunseen\n"
