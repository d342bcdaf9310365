"""PDF: reading order, headings, mended words, running texts, tables, rotation, boxes, refusals."""

from pathlib import Path

import pymupdf
import pytest

from docqa.core.errors import CorruptFile, PasswordProtected
from docqa.core.models import Block, BlockKind
from docqa.parsing.pdf.furniture import windows
from docqa.parsing.pdf.parser import PdfParser
from tests.fakes.documents import A4, PROSE, TABLE, draw_table, write_pdf


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "document.pdf"


def blocks_of(path: Path) -> list[Block]:
    plan = PdfParser().plan(path, max_pages=500)
    return [block for pages in plan.ranges for block in PdfParser().parse(path, pages).blocks]


def texts(path: Path, kind: BlockKind) -> list[str]:
    return [block.text for block in blocks_of(path) if block.kind is kind]


def write_lines(path: Path, *lines: tuple[float, float, str], rotate: int = 0, **options: object) -> None:
    """One page with each (x, y of the base line, text)."""
    with pymupdf.open() as document:
        page = document.new_page(width=A4[0], height=A4[1])
        for x, y, text in lines:
            page.insert_text((x, y), text, fontsize=11, **options)
        page.set_rotation(rotate)
        document.save(path)


def test_lines_become_a_paragraph_with_the_box_around_them(path: Path) -> None:
    write_pdf(path, 1)
    [paragraph] = [block for block in blocks_of(path) if block.text.startswith("The lighthouse")]
    assert paragraph.text == f"{PROSE} This is page 1."
    [box] = paragraph.boxes
    assert (box.page, round(box.x0)) == (1, 72)
    assert 135 < box.y0 < box.y1 < 260
    assert box.x1 <= 521


def test_large_type_is_a_heading(path: Path) -> None:
    write_pdf(path, 2)
    headings = [block for block in blocks_of(path) if block.kind is BlockKind.HEADING]
    assert [heading.text for heading in headings] == ["Chapter 1 of the lamp", "Chapter 2 of the lamp"]
    assert {heading.level for heading in headings} == {2}


def test_larger_type_stands_above_smaller_and_bold(path: Path) -> None:
    with pymupdf.open() as document:
        page = document.new_page()
        page.insert_text((72, 80), "The whole book", fontsize=28)
        page.insert_text((72, 130), "A chapter", fontsize=18)
        page.insert_text((72, 170), "A section", fontsize=11, fontname="hebo")
        page.insert_textbox((72, 190, 520, 300), PROSE, fontsize=11)
        document.save(path)
    levels = {block.text: block.level for block in blocks_of(path) if block.kind is BlockKind.HEADING}
    assert list(levels) == ["The whole book", "A chapter", "A section"]
    assert levels["The whole book"] < levels["A chapter"] < levels["A section"]  # type: ignore[operator]


def test_the_outline_names_headings_that_look_like_text(path: Path) -> None:
    with pymupdf.open() as document:
        page = document.new_page()
        page.insert_text((72, 80), "Plain words that open a part", fontsize=11)
        page.insert_textbox((72, 120, 520, 300), PROSE, fontsize=11)
        document.set_toc([[1, "Plain words that open a part", 1]])
        document.save(path)
    assert texts(path, BlockKind.HEADING) == ["Plain words that open a part"]


def test_words_broken_at_the_end_of_a_line_are_mended(path: Path) -> None:
    write_lines(
        path,
        (72, 100, "The keeper of the light was a remark-"),
        (72, 114, "able woman from the Anglo-"),
        (72, 128, "Saxon coast, who was well-known and well-"),
        (72, 142, "known for good reason."),
    )
    [text] = texts(path, BlockKind.PARAGRAPH)
    assert text == (
        "The keeper of the light was a remarkable woman from the Anglo-Saxon coast, "
        "who was well-known and well-known for good reason."
    )


def test_two_columns_are_read_one_after_the_other(path: Path) -> None:
    with pymupdf.open() as document:
        page = document.new_page(width=A4[0], height=A4[1])
        page.insert_text((72, 80), "A title that stands across both of the columns below it on the page", fontsize=14)
        page.insert_textbox((72, 110, 285, 400), f"LEFT {PROSE} {PROSE} END", fontsize=11)
        page.insert_textbox((310, 110, 523, 400), f"RIGHT {PROSE} {PROSE}", fontsize=11)
        document.save(path)
    found = " ".join(block.text for block in blocks_of(path))
    assert found.index("A title") < found.index("LEFT") < found.index("END") < found.index("RIGHT")
    assert f"LEFT {PROSE}" in found
    assert f"RIGHT {PROSE}" in found


def test_a_ruled_table_is_one_block_and_its_text_appears_once(path: Path) -> None:
    write_pdf(path, 1)
    [table] = [block for block in blocks_of(path) if block.kind is BlockKind.TABLE]
    assert table.text == "Year | Ships | Storms\n1875 | 120 | 14\n1876 | 133 | 9"
    assert table.has_header
    assert [(round(b.x0), round(b.y0), round(b.x1), round(b.y1)) for b in table.boxes] == [(72, 300, 372, 360)]
    assert sum(block.text.count("Storms") for block in blocks_of(path)) == 1


def test_a_merged_cell_appears_once(path: Path) -> None:
    with pymupdf.open() as document:
        page = document.new_page()
        page.draw_rect((72, 280, 372, 300))
        page.insert_text((76, 294), "Harbour log", fontsize=10)
        draw_table(page, TABLE, (72, 300))
        document.save(path)
    [table] = texts(path, BlockKind.TABLE)
    assert table.splitlines()[0] == "Harbour log Year | Ships | Storms"
    assert table.count("Harbour log") == 1


def test_a_table_without_rules_is_found_by_its_alignment(path: Path) -> None:
    rows = [("Revenue", "$ 120.5", "133.0"), ("Cost", "80.0", "(91.2)"), ("Profit", "40.5", "41.8")]
    lines = [(x, 100 + 16 * i, cell) for i, row in enumerate(rows) for x, cell in zip((72, 300, 420), row, strict=True)]
    write_lines(path, *lines)
    assert texts(path, BlockKind.TABLE) == ["Revenue | $120.5 | 133.0\nCost | 80.0 | (91.2)\nProfit | 40.5 | 41.8"]


def test_list_items_are_parted_and_lose_their_bullet(path: Path) -> None:
    write_lines(path, (72, 100, "\u00b7 the first ship of the year"), (72, 114, "\u00b7 the second ship of the year"))
    assert texts(path, BlockKind.LIST_ITEM) == ["the first ship of the year", "the second ship of the year"]


def test_running_texts_stay_once_and_page_numbers_go(path: Path) -> None:
    write_pdf(path, 10)
    found = [block.text for block in blocks_of(path)]
    assert found.count("Annals of Gull Island") == 1
    assert not any(text.isdigit() for text in found)
    assert sum("This is page" in text for text in found) == 10


def test_text_repeated_in_the_body_is_kept(path: Path) -> None:
    with pymupdf.open() as document:
        for _ in range(6):
            page = document.new_page()
            page.insert_text((72, 60), "A line of its own on every page", fontsize=8)
            page.insert_text((72, 400), "Total", fontsize=11)
            page.insert_text((300, 400), "Change", fontsize=11)
        document.save(path)
    found = " ".join(block.text for block in blocks_of(path))
    assert (found.count("Total"), found.count("Change")) == (6, 6)


def test_two_pages_with_the_same_text_keep_both(path: Path) -> None:
    write_pdf(path, 2)
    assert [block.text for block in blocks_of(path)].count("Annals of Gull Island") == 2


@pytest.mark.parametrize("rotate", [0, 90, 180, 270])
def test_boxes_lie_on_the_page_as_it_is_displayed(path: Path, rotate: int) -> None:
    write_lines(path, (72, 100, "The keeper wrote down the weather"), rotate=rotate)
    [block] = blocks_of(path)
    assert block.text == "The keeper wrote down the weather"
    [box] = block.boxes
    with pymupdf.open(path) as document:
        page = document[0]
        pixels = page.get_pixmap(clip=(box.x0, box.y0, box.x1, box.y1), dpi=72)
        assert not pixels.is_unicolor
        outside = page.get_pixmap(dpi=72)
        outside.set_rect(pymupdf.IRect(box.x0 - 1, box.y0 - 1, box.x1 + 2, box.y1 + 2), (255, 255, 255))
        assert outside.is_unicolor


def test_pages_of_nothing_but_numbers_keep_them(path: Path) -> None:
    with pymupdf.open() as document:
        for number in range(1, 7):
            document.new_page().insert_text((72, 72), f"Page {number}")
        document.save(path)
    assert [block.text for block in blocks_of(path)] == [f"Page {number}" for number in range(1, 7)]


def test_a_page_crowded_with_words_is_read_in_bounded_time_and_size(path: Path) -> None:
    with pymupdf.open() as document:
        page = document.new_page()
        page.insert_text((72, 72), "first")
        [stream] = page.get_contents()
        words = "".join(f"BT /helv 1 Tf {i % 590} {i // 90 % 830} Td (word{i} end) Tj ET\n" for i in range(30_000))
        document.update_stream(stream, document.xref_stream(stream) + b"\n" + words.encode())
        document.save(path)
    assert 0 < sum(len(block.text) for block in blocks_of(path)) < 1_000_000


def test_a_picture_without_words_has_no_blocks(path: Path) -> None:
    with pymupdf.open() as document:
        document.new_page().draw_rect((100, 100, 300, 300), fill=(0, 0, 0))
        document.save(path)
    assert blocks_of(path) == []


def test_a_password_is_asked_for(path: Path) -> None:
    write_pdf(path, 1, password="open sesame")
    with pytest.raises(PasswordProtected):
        PdfParser().plan(path, max_pages=5)


def test_a_file_that_is_no_pdf_is_refused(path: Path) -> None:
    path.write_bytes(b"%PDF-1.7\n" + b"nonsense " * 50)
    with pytest.raises(CorruptFile):
        PdfParser().plan(path, max_pages=5)


@pytest.mark.parametrize("count", [1, 5, 12, 17, 18, 25, 100, 1001])
def test_windows_cover_the_pages_in_nearly_equal_parts(count: int) -> None:
    found = windows(count)
    assert [n for first, last in found for n in range(first, last + 1)] == list(range(1, count + 1))
    sizes = [last - first + 1 for first, last in found]
    assert max(sizes) <= 18
    assert max(sizes) - min(sizes) <= 1


def write_with_map(path: Path, encoding: str, entry: str) -> None:
    """A line whose font has this encoding, and this entry for the code AE in its map to Unicode."""
    others = "\n".join(f"<{code:02X}> <{code:04X}>" for code in range(32, 127))
    with pymupdf.open() as document:
        page = document.new_page()
        page.insert_text((72, 80), "The ferry sails for a pro\xaet in all weathers of the year.", fontsize=11)
        [font] = page.get_fonts()
        text_map = document.get_new_xref()
        document.update_object(text_map, "<<>>")
        head = "begincmap 1 begincodespacerange <00> <FF> endcodespacerange 96 beginbfchar"
        document.update_stream(text_map, f"{head}\n{others}\n{entry}\nendbfchar endcmap".encode())
        document.xref_set_key(font[0], "ToUnicode", f"{text_map} 0 R")
        document.xref_set_key(font[0], "Encoding", encoding)
        document.save(path)


NAMED = "<</Type/Encoding/BaseEncoding/WinAnsiEncoding/Differences[174/fi/fl]>>"


@pytest.mark.parametrize(
    ("encoding", "entry", "read"),
    [
        (NAMED, "<AE> <0066>", "profit"),
        (NAMED, "<ae> <FB01>", "profit"),
        (NAMED, "<AE> <00660069>", "profit"),
        (NAMED.replace("174", "173/hyphen"), "<AE> <0066>", "profit"),
        (NAMED.replace("174", "180"), "<AE> <0066>", "proft"),
        ("/WinAnsiEncoding", "<AE> <0066>", "proft"),
    ],
)
def test_a_ligature_keeps_its_letters_when_the_map_cuts_them(path: Path, encoding: str, entry: str, read: str) -> None:
    write_with_map(path, encoding, entry)
    [text] = [block.text for block in blocks_of(path)]
    assert text == f"The ferry sails for a {read} in all weathers of the year."


def test_a_font_that_is_no_object_of_the_file_is_read(path: Path) -> None:
    with pymupdf.open() as document:
        page = document.new_page()
        page.insert_text((72, 80), "The lamp is lit at dusk.", fontsize=11)
        [font] = page.get_fonts()
        written = document.xref_object(font[0])
        document.xref_set_key(page.xref, "Resources", f"<</Font<</{font[4]} {written}>>>>")
        document.save(path)
    with pymupdf.open(path) as document:
        assert [font[0] for font in document[0].get_fonts()] == [0]
    assert texts(path, BlockKind.PARAGRAPH) == ["The lamp is lit at dusk."]


@pytest.mark.parametrize(("key", "value"), [("Encoding", "900 0 R"), ("ToUnicode", "900 0 R"), ("ToUnicode", "1 0 R")])
def test_a_font_that_points_nowhere_is_read(path: Path, key: str, value: str) -> None:
    write_with_map(path, NAMED, "<AE> <0066>")
    with pymupdf.open(path) as document:
        [font] = document[0].get_fonts()
        document.xref_set_key(font[0], key, value)
        document.saveIncr()
    [text] = [block.text for block in blocks_of(path)]
    assert text.startswith("The ferry sails for a pro")
