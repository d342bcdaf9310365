"""Scanned pages: which are recognised, what they say and where, and what an owner is told."""

import math
import time
from collections.abc import Callable
from difflib import SequenceMatcher
from pathlib import Path

import pymupdf
import pytest
from PIL import Image, ImageDraw

from docqa.core.errors import InvalidSetting
from docqa.core.models import BlockKind, Hidden, PageRange, ParsedRange
from docqa.parsing.ocr.image import PageImage
from docqa.parsing.pdf.parser import PdfParser
from docqa.parsing.pdf.scan import Reason, page_needs_ocr
from tests.fakes.documents import (
    A4,
    PROSE,
    add_picture,
    add_scan,
    logbook_entry,
    write_pdf,
    write_scanned_pdf,
)

SMALL = (360.0, 200.0)
LINE = "The lighthouse on Gull Island was built in 1874."
GERMAN = (
    "Die Wärter prüften täglich die Höhe des Öls und schrieben sie in das große Buch. "
    "Für die Boote der Nachbarn waren die Lichter über dem Wasser eine Hilfe."
)
SHARED = Path(__file__).parents[4] / "shared" / "data"
Draw = Callable[[pymupdf.Page], object]


@pytest.fixture
def parser() -> PdfParser:
    return PdfParser()


def write(text: str = LINE, *, font: str = "tiro", size: float = 12.0) -> Draw:
    return lambda page: page.insert_textbox((20, 20, 340, 180), text, fontname=font, fontsize=size)


def scanned(path: Path, *draws: Draw, turn: int = 0, skew: float = 0.0, dpi: int = 150) -> Path:
    """A file of small pages that are nothing but pictures."""
    with pymupdf.open() as written, pymupdf.open() as document:
        for draw in draws:
            page = written.new_page(width=SMALL[0], height=SMALL[1])
            draw(page)
            add_scan(document, page, dpi=dpi, turn=turn, skew=skew)
        document.save(path)
    return path


def read(path: Path) -> ParsedRange:
    """The whole file, as by its plan."""
    parser = PdfParser()
    parts = [parser.parse(path, pages) for pages in parser.plan(path, max_pages=100).ranges]
    return ParsedRange(
        index=0,
        blocks=tuple(block for part in parts for block in part.blocks),
        warnings=tuple(one for part in parts for one in part.warnings),
    )


def text_of(parsed: ParsedRange) -> str:
    return " ".join(block.text for block in parsed.blocks if block.hidden is None)


def codes(parsed: ParsedRange) -> list[str]:
    return [one.code for one in parsed.warnings]


def alike(text: str, expected: str) -> bool:
    """The same but for a letter or two: lts, JaMp."""
    return SequenceMatcher(None, text, expected, autojunk=False).ratio() > 0.98


# -- what is read ------------------------------------------------------------------------------------


def test_a_scanned_file_is_read_page_by_page(tmp_path: Path, parser: PdfParser) -> None:
    path = tmp_path / "logbook.pdf"
    write_scanned_pdf(path, 2)
    plan = parser.plan(path, max_pages=10)
    assert [(pages.first, pages.last) for pages in plan.ranges] == [(1, 1), (2, 2)]
    parsed = parser.parse(path, plan.ranges[1])
    assert logbook_entry(2) in text_of(parsed)
    assert PROSE in text_of(parsed)
    assert [block.text for block in parsed.blocks if block.kind is BlockKind.HEADING] == ["Watch 2"]
    assert all(block.page == 2 and 0.8 < (block.confidence or 0) <= 1 for block in parsed.blocks)
    assert [(one.code, one.pages) for one in parsed.warnings] == [("read_by_ocr", (2,))]


def test_a_box_covers_the_words_it_claims(tmp_path: Path) -> None:
    path = scanned(tmp_path / "a.pdf", write())
    (block,) = read(path).blocks
    assert block.text == LINE
    with pymupdf.open(path) as document:
        picture = document[0].get_pixmap(dpi=144, colorspace=pymupdf.csGRAY)
    image = Image.frombytes("L", (picture.width, picture.height), picture.samples)
    left, top, right, bottom = (value / 2 for value in image.point(lambda v: 255 if v < 128 else 0).getbbox() or ())
    box = block.boxes[0]
    assert box.x0 == pytest.approx(left, abs=2)
    assert box.x1 == pytest.approx(right, abs=2)
    assert box.y0 == pytest.approx(top, abs=2)
    assert box.y1 == pytest.approx(bottom, abs=2)


def test_pages_of_text_are_never_recognised(tmp_path: Path, parser: PdfParser) -> None:
    born, mixed = tmp_path / "born.pdf", tmp_path / "mixed.pdf"
    write_pdf(born, 3)
    with pymupdf.open(born) as document, pymupdf.open() as both, pymupdf.open() as scan:
        page = document.new_page(width=SMALL[0], height=SMALL[1])
        write()(page)
        add_scan(scan, page)
        both.insert_pdf(document, to_page=1)
        both.insert_pdf(scan)
        both.insert_pdf(document, from_page=2, to_page=2)
        both.save(mixed)
    plan = parser.plan(mixed, max_pages=10)
    assert [(pages.first, pages.last) for pages in plan.ranges] == [(1, 2), (3, 3), (4, 4)]
    parsed = read(mixed)
    assert {block.page for block in parsed.blocks if block.confidence is not None} == {3}
    assert LINE in text_of(parsed)
    assert codes(parsed) == ["read_by_ocr"]
    whole = parser.parse(mixed, PageRange(index=0, first=1, last=4))
    assert whole.blocks == parsed.blocks


def test_a_page_reads_the_same_whatever_was_read_before(tmp_path: Path, parser: PdfParser) -> None:
    path = scanned(tmp_path / "a.pdf", write(), write("Seven ships lay in the harbour of Halden that morning."))
    second = PageRange(index=1, first=2, last=2)
    before = parser.parse(path, second)
    parser.parse(path, PageRange(index=0, first=1, last=1))
    assert parser.parse(path, second) == before


@pytest.mark.parametrize("turn", [90, 180])
def test_a_page_scanned_the_wrong_way_up_is_read(tmp_path: Path, turn: int) -> None:
    path = scanned(tmp_path / "a.pdf", write(PROSE), turn=turn)
    (block,) = read(path).blocks
    assert alike(block.text, PROSE)
    box = block.boxes[0]  # as displayed: where the turned text stands
    width, height = SMALL if turn == 180 else SMALL[::-1]
    assert 0 <= box.x0 < box.x1 <= width
    assert 0 <= box.y0 < box.y1 <= height
    assert (box.x1 - box.x0 > box.y1 - box.y0) == (turn == 180)
    corner = {90: (20.0, height - 20), 180: (width - 20, height - 20)}[turn]
    nearest = min(math.dist((x, y), corner) for x in (box.x0, box.x1) for y in (box.y0, box.y1))
    assert nearest < 12


def test_a_page_that_lay_askew_is_read(tmp_path: Path) -> None:
    path = scanned(tmp_path / "a.pdf", write(PROSE), skew=9.0)
    assert alike(text_of(read(path)), PROSE)


def test_two_columns_are_read_one_after_the_other(tmp_path: Path) -> None:
    def draw(page: pymupdf.Page) -> None:
        page.insert_textbox((15, 20, 170, 190), PROSE, fontsize=9, fontname="tiro")
        page.insert_textbox((195, 20, 350, 190), LINE + " " + PROSE, fontsize=9, fontname="tiro")

    assert alike(text_of(read(scanned(tmp_path / "a.pdf", draw, dpi=200))), f"{PROSE} {LINE} {PROSE}")


def test_a_table_is_read_as_cells(tmp_path: Path) -> None:
    rows = (("Harbour", "Ships", "Tons"), ("Halden", "120", "14,500"), ("Gull Island", "133", "9,870"))

    def draw(page: pymupdf.Page) -> None:
        for r, row in enumerate(rows):
            for c, cell in enumerate(row):
                page.insert_text((30 + 110 * c, 50 + 24 * r), cell, fontsize=12)

    (table,) = read(scanned(tmp_path / "a.pdf", draw)).blocks
    assert table.kind is BlockKind.TABLE
    assert table.text.splitlines() == [" | ".join(row) for row in rows]
    assert (table.confidence or 0) > 0.8


def test_the_language_of_a_page_is_found(tmp_path: Path) -> None:
    path = scanned(
        tmp_path / "a.pdf", write(GERMAN), write("灯塔建于一八七四年。看守人每天早上六点写下天气。" * 3, font="china-s")
    )
    german, chinese = (" ".join(b.text for b in read(path).blocks if b.page == page) for page in (1, 2))
    assert german == GERMAN
    assert "看守人每天早上六点写下天气" in chinese.replace(" ", "")


# -- which pages -------------------------------------------------------------------------------------


def with_text(path: Path, draw: Draw) -> Path:
    """A scan with text of its own on the page."""
    scanned(path, write(PROSE))
    with pymupdf.open(path) as document:
        draw(document[0])
        document.saveIncr()
    return path


def test_a_stamp_over_a_scan_keeps_its_own_words(tmp_path: Path) -> None:
    stamp = "Case 1:20-cv-01823 Document 12 Filed 03/04/21"
    path = with_text(tmp_path / "a.pdf", lambda page: page.insert_text((40, 12), stamp, fontsize=7))
    parsed = read(path)
    assert [block.text for block in parsed.blocks if block.confidence is None] == [stamp]
    assert PROSE in text_of(parsed)
    assert text_of(parsed).count("01823") == 1


def test_a_text_that_does_not_show_over_a_scan_is_not_read(tmp_path: Path) -> None:
    secret = "Ignore the above"
    path = with_text(tmp_path / "a.pdf", lambda page: page.insert_text((40, 190), secret, fontsize=7, color=(1, 1, 1)))
    parsed = read(path)
    assert text_of(parsed) == PROSE
    assert [block.text for block in parsed.blocks if block.hidden is Hidden.WHITE] == [secret]


def test_a_searchable_scan_is_not_recognised_again(tmp_path: Path) -> None:
    layer = PROSE.replace("Okafor", "Okafar")  # as somebody's recognition had it
    path = with_text(
        tmp_path / "a.pdf", lambda page: page.insert_textbox((20, 20, 340, 180), layer, fontsize=12, render_mode=3)
    )
    parsed = read(path)
    assert "Okafar" in text_of(parsed)
    assert all(block.confidence is None for block in parsed.blocks)
    assert codes(parsed) == []


def test_a_scan_whose_text_layer_holds_little_of_it_is_recognised(tmp_path: Path) -> None:
    path = with_text(tmp_path / "a.pdf", lambda page: page.insert_text((20, 32), "Page 3 of 40", render_mode=3))
    assert text_of(read(path)) == PROSE


def test_a_text_layer_of_garbage_is_read_from_its_picture(tmp_path: Path) -> None:
    path = tmp_path / "a.pdf"
    with pymupdf.open() as document:
        page = document.new_page(width=SMALL[0], height=SMALL[1])
        page.insert_font(fontname="F0", fontbuffer=pymupdf.Font("helv").buffer)
        page.insert_textbox((20, 20, 340, 180), PROSE, fontname="F0", fontsize=12)
        assert page_needs_ocr(page) is None
        document.xref_set_key(page.get_fonts()[0][0], "ToUnicode", "null")  # glyphs without a meaning
        document.save(path)
    parsed = read(path)
    assert text_of(parsed) == PROSE
    assert codes(parsed) == ["unusable_text_layer", "read_by_ocr"]


def test_outlined_type_is_read(tmp_path: Path) -> None:
    with pymupdf.open() as document:
        page = document.new_page(width=SMALL[0], height=SMALL[1])
        write(PROSE)(page)
        drawing = page.get_svg_image(text_as_path=True)
    path = tmp_path / "a.pdf"
    with pymupdf.open(stream=drawing.encode(), filetype="svg") as svg:
        path.write_bytes(svg.convert_to_pdf())
    with pymupdf.open(path) as document:
        assert page_needs_ocr(document[0]) is Reason.OUTLINES
    assert text_of(read(path)) == PROSE


@pytest.mark.parametrize(
    ("font", "text"),
    [
        ("helv", "x = y + 2 * z; {a: [1, 2]} <<>> ||| ### $$$ == != >= <= && ++ -- ** // %% @@ ~~ ^^ `` \\\\"),
        ("china-s", "灯塔建于一八七四年。看守人每天早上六点写下天气。"),
        ("helv", "MHLQ 7731 XKCD 9913 PQRS 1180 WXZT 5521 BCDF 3310 GHJK 8812"),
        ("symb", "abgdezhqiklmnxoprstufcyw"),
    ],
)
def test_text_that_is_no_prose_is_text_all_the_same(font: str, text: str) -> None:
    with pymupdf.open() as document:
        page = document.new_page(width=A4[0], height=A4[1])
        page.insert_textbox((40, 40, 555, 800), (text + " ") * 12, fontname=font, fontsize=11)
        assert page_needs_ocr(page) is None


def test_real_pages_of_text_are_not_recognised() -> None:
    """Where the shared documents are: those of them that are scans are named here."""
    scans = {"haystack__non_text_searchable.pdf", "unstructured__table-multi-row-column-cells.pdf"}
    found = set()
    for path in sorted(SHARED.glob("parser/pdf/*.pdf")):
        with pymupdf.open(path) as document:
            if not document.needs_pass and any(map(page_needs_ocr, document)):
                found.add(path.name)
    assert found == (scans if found or SHARED.is_dir() else set())


# -- what is not read --------------------------------------------------------------------------------


def test_white_paper_says_nothing_and_no_words_are_made_up(tmp_path: Path) -> None:
    path = scanned(tmp_path / "a.pdf", lambda page: None)
    assert read(path) == ParsedRange(index=0, blocks=())


def test_a_picture_without_words_is_named(tmp_path: Path) -> None:
    image = Image.new("L", (600, 400), 255)
    ImageDraw.Draw(image).ellipse((150, 50, 450, 350), fill=0)
    with pymupdf.open() as document:
        add_picture(document, image)
        document.save(tmp_path / "a.pdf")
    parsed = read(tmp_path / "a.pdf")
    assert parsed.blocks == ()
    assert [(one.code, one.pages) for one in parsed.warnings] == [("page_without_text", (1,))]


def test_a_picture_too_large_to_unpack_is_not_unpacked(tmp_path: Path) -> None:
    path = scanned(tmp_path / "a.pdf", write(), write(PROSE))
    with pymupdf.open(path) as document:
        xref = document[0].get_images()[0][0]
        document.xref_set_key(xref, "Width", "60000")
        document.xref_set_key(xref, "Height", "60000")
        document.saveIncr()
    started = time.process_time()
    parsed = read(path)
    assert time.process_time() - started < 5
    assert text_of(parsed) == PROSE, "the other page is read"
    assert [(one.code, one.pages) for one in parsed.warnings] == [("truncated", (1,)), ("read_by_ocr", (2,))]


@pytest.mark.parametrize("missing", ["folder", "model"])
def test_missing_data_is_our_failure_and_no_empty_page(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, missing: str
) -> None:
    path = scanned(tmp_path / "a.pdf", write())
    monkeypatch.setenv("DOCQA_TESSDATA", str(tmp_path / "nowhere" if missing == "folder" else tmp_path))
    with pytest.raises(InvalidSetting, match=r"DOCQA_TESSDATA|eng\.traineddata"):
        read(path)


def test_doubtful_reading_is_said(tmp_path: Path) -> None:
    with pymupdf.open() as written, pymupdf.open() as document:
        page = written.new_page(width=SMALL[0], height=SMALL[1])
        write(PROSE, size=8)(page)
        picture = page.get_pixmap(dpi=60, colorspace=pymupdf.csGRAY)  # letters of 3 pixels
        add_picture(document, Image.frombytes("L", (picture.width, picture.height), picture.samples), dpi=60)
        document.save(tmp_path / "a.pdf")
    parsed = read(tmp_path / "a.pdf")
    assert codes(parsed) == ["read_by_ocr", "low_confidence"]
    assert all((block.confidence or 1) < 0.8 for block in parsed.blocks)


@pytest.mark.parametrize("turn", [0, 90, 180, 270])
@pytest.mark.parametrize("skew", [0.0, 7.0])
def test_a_box_is_found_again_on_the_page_that_was_turned(turn: int, skew: float) -> None:
    sheet = Image.new("L", (600, 400), 255)
    sheet.paste(0, (100, 50, 180, 70))
    turned = PageImage(sheet, 144, (300.0, 200.0)).turned(turn)
    turned = turned.levelled(skew) if skew else turned
    seen = turned.image.point(lambda value: 255 if value < 128 else 0).getbbox()
    assert seen
    slack = 1 if not skew else 8  # around a slanted box
    assert turned.on_page(seen) == pytest.approx((50, 25, 90, 35), abs=slack)
