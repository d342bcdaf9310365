"""Where the words of a block stand: spans, boxes, links; compared with what the page shows there."""

from pathlib import Path

import pymupdf
import pytest

from docqa.core.models import BlockKind
from tests.fakes.documents import A4, PROSE, TABLE, draw_table, write_pdf
from tests.unit.parsing.pdf_support import blocks_of, misplaced

SAMPLES = Path(__file__).parents[3] / "samples" / "documents"
SHARED = Path(__file__).parents[4] / "shared" / "data"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "document.pdf"


def test_each_printed_line_has_a_span(path: Path) -> None:
    with pymupdf.open() as document:
        page = document.new_page()
        for y, line in ((100, "The keeper of the light was a remark-"), (114, "able woman from the coast.")):
            page.insert_text((72, y), line)
        document.save(path)
    [block] = blocks_of(path)
    assert block.text == "The keeper of the light was a remarkable woman from the coast."
    assert [block.text[span.start : span.end] for span in block.spans] == [
        "The keeper of the light was a remark",
        "able woman from the coast.",
    ]
    upper, lower = (span.box for span in block.spans)
    assert upper.y1 <= lower.y1
    assert upper.y0 < 100 < upper.y1 < 114 < lower.y1


def test_a_bullet_does_not_shift_the_spans(path: Path) -> None:
    with pymupdf.open() as document:
        document.new_page().insert_text((72, 100), "\u00b7 the first ship of the year")
        document.save(path)
    [block] = blocks_of(path)
    assert (block.kind, block.text) == (BlockKind.LIST_ITEM, "the first ship of the year")
    assert [(span.start, span.end) for span in block.spans] == [(0, len(block.text))]


def test_each_cell_of_a_ruled_table_has_a_span(path: Path) -> None:
    write_pdf(path, 1)
    [table] = [block for block in blocks_of(path) if block.kind is BlockKind.TABLE]
    cells = {table.text[span.start : span.end]: span.box for span in table.spans}
    assert list(cells) == [cell for row in TABLE for cell in row]
    for r, row in enumerate(TABLE):
        for c, cell in enumerate(row):
            box = cells[cell]
            assert 72 + 100 * c < box.x0 < box.x1 < 172 + 100 * c
            assert 300 + 20 * r < (box.y0 + box.y1) / 2 < 320 + 20 * r


@pytest.mark.parametrize("rotate", [0, 90, 180, 270])
def test_the_words_of_a_span_are_printed_in_its_box(path: Path, rotate: int) -> None:
    with pymupdf.open() as document:
        page = document.new_page(width=A4[0], height=A4[1])
        page.insert_text((72, 80), "A title that stands across both of the columns below it", fontsize=14)
        page.insert_textbox((72, 110, 285, 300), PROSE, fontsize=11)
        page.insert_textbox((310, 110, 523, 300), PROSE, fontsize=11)
        draw_table(page, TABLE, (72, 400))
        page.insert_text((560, 700), "set upwards along the edge", rotate=90)
        page.set_rotation(rotate)
        document.save(path)
    assert list(misplaced(path)) == []
    assert sum(len(block.spans) for block in blocks_of(path)) > 15


def test_the_boxes_of_real_documents_hold_their_words() -> None:
    found = sorted(SAMPLES.glob("*.pdf")) + sorted((SHARED / "parser" / "pdf").glob("markitdown__*.pdf"))
    found += sorted((SHARED / "docs" / "pdf").glob("multi_page.pdf"))
    assert found
    assert [line for file in found for line in misplaced(file)] == []


def test_a_link_lies_on_its_words(path: Path) -> None:
    with pymupdf.open() as document:
        page = document.new_page()
        page.insert_text((72, 100), "Read the tide tables before the tide turns again.")
        words = [word for word in page.get_text("words") if word[4] in ("tide", "tables")][:2]
        box = pymupdf.Rect(words[0][:4]) | pymupdf.Rect(words[1][:4])
        page.insert_link({"kind": pymupdf.LINK_URI, "from": box, "uri": "https://example.org/tides"})
        document.save(path)
    [block] = blocks_of(path)
    [link] = block.links
    assert block.text[link.start : link.end] == "tide tables"
    assert link.url == "https://example.org/tides"


def test_a_link_follows_mended_words_and_stands_in_a_table(path: Path) -> None:
    with pymupdf.open() as document:
        page = document.new_page()
        page.insert_text((72, 100), "The log of the light-")
        page.insert_text((72, 114), "house is kept elsewhere.")
        page.insert_link(
            {"kind": pymupdf.LINK_URI, "from": pymupdf.Rect(70, 104, 98, 118), "uri": "https://example.org/log"}
        )
        draw_table(page, TABLE, (72, 300))
        page.insert_link(
            {"kind": pymupdf.LINK_URI, "from": pymupdf.Rect(172, 320, 272, 340), "uri": "https://example.org/ships"}
        )
        document.save(path)
    linked = {block.text[link.start : link.end]: link.url for block in blocks_of(path) for link in block.links}
    assert linked == {"house": "https://example.org/log", "120": "https://example.org/ships"}
