"""Tables as text."""

from docqa.parsing.tables import table_block


def test_trailing_empty_cells_and_empty_rows_go() -> None:
    block = table_block([["a", "b", "c"], ["", "", ""], ["1", "", "3"], ["x", "", ""]])
    assert block is not None
    assert block.text == "a | b | c\n1 |  | 3\nx"


def test_a_table_of_nothing_is_none() -> None:
    assert table_block([["", " "], ["\n", ""]]) is None


def test_the_separator_inside_a_cell_is_replaced() -> None:
    block = table_block([["a|b", "c\nd"]])
    assert block is not None
    assert block.text == "a/b | c d"


def test_words_over_figures_are_a_header_and_figures_are_not() -> None:
    with_header = table_block([["Year", "Ships"], ["1875", "120"]])
    without = table_block([["12.5", "13.5"], ["14.5", "15.5"]])
    assert with_header is not None
    assert without is not None
    assert (with_header.has_header, without.has_header) == (True, False)


def test_heads_on_several_lines_are_put_together() -> None:
    block = table_block(
        [
            ["", "2022", "", "2021", ""],
            ["(in thousands)", "Volume", "Rate", "Volume", "Rate"],
            ["Loans", "", "", "", ""],
            ["Homes", "12,912", "2,413", "7,961", "1,030"],
        ]
    )
    assert block is not None
    assert block.has_header
    assert block.text.splitlines() == [
        "(in thousands) | 2022 Volume | 2022 Rate | 2021 Volume | 2021 Rate",
        "Loans",
        "Homes | 12,912 | 2,413 | 7,961 | 1,030",
    ]
