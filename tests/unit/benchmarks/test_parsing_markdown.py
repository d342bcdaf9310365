"""Markdown taken apart, the same for whoever wrote it."""

import pytest

from benchmarks.parsing_markdown import Heading, read, words


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The Lamp’s light, 1,234.50 m.", ["the", "lamp", "s", "light", "1,234.50", "m"]),
        ("ﬁne soft\u00adware", ["fine", "software"]),
        ("灯塔 east", ["灯", "塔", "east"]),
        ("snake_case", ["snake", "case"]),
        ("بِنَاء", ["بناء"]),
    ],
)
def test_words(text: str, expected: list[str]) -> None:
    assert words(text) == expected


def test_marks_are_not_words() -> None:
    text = (
        "**Bold** and _slanted_, `code`, ~~gone~~, [a link](http://x.example/a_(b)), ![a pic](p.png)<br>5 \\* 3 &amp; x"
    )
    assert read(text).words == ("bold", "and", "slanted", "code", "gone", "a", "link", "5", "3", "x")


def test_comments_pictures_and_boxes_are_left_out() -> None:
    text = "<!-- image -->\n\n- [x] done\n- [ ] open\n- ☐ also\n\n**==> picture [4 x 4] intentionally omitted <==**\n"
    assert read(text).blocks == ("done", "open", "also")


def test_headings_with_their_ranks() -> None:
    found = read("## **One**\n\ntext\n\n#### Two ####\n\n## Three\n# not in ` code\n```\n# comment\n```\n")
    assert found.headings == (Heading("one", 2), Heading("two", 4), Heading("three", 2), Heading("not in code", 1))
    assert [heading.level for heading in found.ranked] == [2, 3, 2, 1]


def test_paragraphs_span_lines_and_list_items_do_not() -> None:
    found = read("One line\nand its next.\n\n* first\n* second\n  goes on\n1. third\nlast  \nbroken off\n> quoted\n")
    assert found.blocks == ("one line and its next", "first", "second goes on", "1 third last", "broken off", "quoted")


def test_a_pipe_table() -> None:
    found = read("Before:\n| A | B \\| C |\n| --- | :-: |\n| 1 | **2** |\n|  |  |\nAfter")
    assert found.tables == ((("a", "b c"), ("1", "2")),)
    assert found.words == ("before", "a", "b", "c", "1", "2", "after")


def test_an_html_table_reads_like_a_pipe_table() -> None:
    html = "x\n<table><thead><tr><th>A</th><th>B</th></tr></thead><tr><td>1 &lt; 2</td><td>d</td></tr></table>\ny"
    assert read(html).tables == ((("a", "b"), ("1 2", "d")),)


def test_merged_cells_are_the_same_repeated_or_left_empty() -> None:
    repeated = "| A | A | B |\n| - | - | - |\n| 1 | 2 | 3 |\n| 1 | 4 | 5 |\n"
    once = "| A |  | B |\n| - | - | - |\n| 1 | 2 | 3 |\n|  | 4 | 5 |\n"
    row = "<tr><td>{}</td><td>{}</td><td>{}</td></tr>"
    spanned = f"<table><tr><td colspan='2'>A</td><td>B</td></tr>{row.format(1, 2, 3)}{row.format(1, 4, 5)}</table>"
    assert read(repeated).tables == read(once).tables == read(spanned).tables
    assert read(repeated).words == read(once).words
