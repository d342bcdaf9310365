"""Tables as people draw them: with level rules, stripes, no rules at all, heads over several columns, wrapped cells."""

from collections.abc import Sequence
from pathlib import Path

import pymupdf
import pytest

from docqa.core.models import BlockKind
from tests.fakes.documents import A4, PROSE
from tests.unit.parsing.pdf_support import blocks_of, misplaced, texts

SHIPS = (
    ("Ship", "Tons", "Crew"),
    ("Amity", "120", "14"),
    ("Bounty", "133", "9"),
    ("Ceres", "90", "11"),
    ("Dido", "75", "8"),
)
SHIPS_TEXT = "\n".join(" | ".join(row) for row in SHIPS)
XS = (72.0, 200.0, 260.0)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "document.pdf"


def put(
    page: pymupdf.Page, rows: Sequence[Sequence[str]], *, top: float = 200, step: float = 18, xs: Sequence[float] = XS
) -> None:
    for r, row in enumerate(rows):
        for x, text in zip(xs, row, strict=False):
            page.insert_text((x, top + step * r), text, fontsize=10)


def level(page: pymupdf.Page, *ys: float, x1: float = 320) -> None:
    for y in ys:
        page.draw_line((70, y), (x1, y))


def save(document: pymupdf.Document, path: Path) -> None:
    document[0].insert_textbox((72, 60, 520, 150), PROSE, fontsize=10)
    document[0].insert_textbox((72, 500, 520, 600), PROSE, fontsize=10)
    document.save(path)
    document.close()


def draw_rules_of_a_book(page: pymupdf.Page) -> None:
    level(page, 187, 205, 277)


def draw_rules_between_rows(page: pymupdf.Page) -> None:
    level(page, *(205 + 18 * r for r in range(5)))


def draw_stripes(page: pymupdf.Page) -> None:
    for r in (0, 2, 4):
        page.draw_rect((70, 187 + 18 * r, 320, 205 + 18 * r), fill=(0.9, 0.9, 0.9), color=None)


def draw_stripes_by_column(page: pymupdf.Page) -> None:
    for r in (0, 2, 4):
        for x0, x1 in ((70, 195), (196, 250), (252, 320)):
            page.draw_rect((x0, 187 + 18 * r, x1, 205 + 18 * r), fill=(0.9, 0.9, 0.9), color=None)


def draw_nothing(page: pymupdf.Page) -> None:
    pass


@pytest.mark.parametrize(
    "draw", [draw_rules_of_a_book, draw_rules_between_rows, draw_stripes, draw_stripes_by_column, draw_nothing]
)
def test_a_table_is_found_however_it_is_drawn(path: Path, draw: object) -> None:
    document = pymupdf.open()
    page = document.new_page(width=A4[0], height=A4[1])
    assert callable(draw)
    draw(page)
    put(page, SHIPS)
    save(document, path)
    [table] = [block for block in blocks_of(path) if block.kind is BlockKind.TABLE]
    assert table.text == SHIPS_TEXT
    assert table.has_header
    assert [table.text[span.start : span.end] for span in table.spans] == [cell for row in SHIPS for cell in row]
    assert list(misplaced(path)) == []


def test_prose_between_rules_is_no_table(path: Path) -> None:
    document = pymupdf.open()
    page = document.new_page(width=A4[0], height=A4[1])
    level(page, 190, 260, 330, x1=520)
    page.insert_textbox((72, 195, 520, 330), f"{PROSE} {PROSE} {PROSE}", fontsize=10)
    save(document, path)
    assert texts(path, BlockKind.TABLE) == []


def test_columns_of_prose_are_no_table(path: Path) -> None:
    document = pymupdf.open()
    page = document.new_page(width=A4[0], height=A4[1])
    page.insert_textbox((72, 200, 285, 480), f"{PROSE} {PROSE}", fontsize=10)
    page.insert_textbox((310, 200, 523, 480), f"{PROSE} {PROSE}", fontsize=10)
    save(document, path)
    assert texts(path, BlockKind.TABLE) == []


def test_the_lines_of_a_wrapped_cell_are_one_cell(path: Path) -> None:
    document = pymupdf.open()
    page = document.new_page(width=A4[0], height=A4[1])
    level(page, 187, 205, 290, x1=420)
    put(page, [("Ship", "Remark")], xs=(72, 160))
    put(page, [("Amity", "came in with salt from"), ("", "the north and left again")], top=219, step=12, xs=(72, 160))
    put(page, [("Bounty", "was not seen for as long"), ("", "as the war went on")], top=255, step=12, xs=(72, 160))
    save(document, path)
    assert texts(path, BlockKind.TABLE) == [
        "Ship | Remark\nAmity | came in with salt from the north and left again\n"
        "Bounty | was not seen for as long as the war went on"
    ]


def test_a_head_over_several_columns_goes_to_each(path: Path) -> None:
    document = pymupdf.open()
    page = document.new_page(width=A4[0], height=A4[1])
    level(page, 169, 205, 277, x1=420)
    xs = (72, 200, 260, 320, 380)
    page.insert_text((225, 182), "North", fontsize=10)
    page.insert_text((345, 182), "South", fontsize=10)
    put(page, [("", "2019", "2020", "2019", "2020"), *((f"Ship {n}", "11", "22", "33", "44") for n in "abcd")], xs=xs)
    save(document, path)
    [table] = texts(path, BlockKind.TABLE)
    assert table.splitlines()[:2] == [
        "| North 2019 | North 2020 | South 2019 | South 2020",
        "Ship a | 11 | 22 | 33 | 44",
    ]


def test_two_tables_and_the_words_between_them_stay_apart(path: Path) -> None:
    document = pymupdf.open()
    page = document.new_page(width=A4[0], height=A4[1])
    level(page, 187, 205, 277, x1=520)
    put(page, SHIPS)
    page.insert_textbox((72, 285, 520, 330), PROSE, fontsize=10)
    level(page, 347, 365, 437, x1=520)
    put(page, SHIPS, top=360)
    save(document, path)
    assert texts(path, BlockKind.TABLE) == [SHIPS_TEXT, SHIPS_TEXT]


def test_signs_of_currency_stand_with_their_amounts(path: Path) -> None:
    document = pymupdf.open()
    page = document.new_page(width=A4[0], height=A4[1])
    draw_stripes(page)
    put(page, [("Ship", "", "2022", "", "2021")], xs=(72, 180, 200, 250, 270))
    put(page, [("Amity", "$", "120", "$", "14"), ("Ceres", "$", "90", "$", "11")], top=218, xs=(72, 180, 200, 250, 270))
    save(document, path)
    assert texts(path, BlockKind.TABLE) == ["Ship | 2022 | 2021\nAmity | $120 | $14\nCeres | $90 | $11"]
