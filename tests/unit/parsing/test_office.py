"""DOCX and PPTX: what stands where, once, and in order; tables, text boxes, notes, charts."""

from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile

import docx
import pptx
import pytest
from docx.oxml import parse_xml
from pptx.util import Inches

from docqa.core.errors import NoPages, UnsafeFile
from docqa.core.models import Block, BlockKind, PageRange
from docqa.parsing.archive import check_archive
from docqa.parsing.docx.parser import DocxParser
from docqa.parsing.pptx.parser import PptxParser
from tests.fakes.documents import PROSE, write_docx, write_pptx

W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'


def docx_blocks(path: Path) -> list[Block]:
    return list(DocxParser().parse(path, PageRange(index=0, first=1, last=1)).blocks)


def pptx_blocks(path: Path) -> list[Block]:
    return list(PptxParser().parse(path, PageRange(index=0, first=1, last=99)).blocks)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "office.zip"


def test_docx_in_document_order(path: Path) -> None:
    write_docx(path)
    assert [(block.kind, block.level, block.text) for block in docx_blocks(path)] == [
        (BlockKind.HEADING, 1, "Annals of Gull Island"),
        (BlockKind.HEADING, 1, "The lamp"),
        (BlockKind.PARAGRAPH, None, PROSE),
        (BlockKind.HEADING, 2, "Ships"),
        (BlockKind.LIST_ITEM, None, "the Amity"),
        (BlockKind.LIST_ITEM, None, "the Bounty"),
        (BlockKind.TABLE, None, "Year | Ships | Storms\n1875 | 120 | 14\n1876 | 133 | 9"),
    ]


def test_docx_heading_by_a_style_based_on_one_and_by_outline_level(path: Path) -> None:
    document = docx.Document()
    style = document.styles.add_style("Kapitel", 1)
    style.base_style = document.styles["Heading 2"]
    document.add_paragraph("Styled", style="Kapitel")
    plain = document.add_paragraph("Outlined")
    plain._p.get_or_add_pPr().append(parse_xml(f'<w:outlineLvl {W} w:val="2"/>'))
    document.save(str(path))
    assert [(block.text, block.level) for block in docx_blocks(path)] == [("Styled", 2), ("Outlined", 3)]


def test_docx_merged_cells_stand_in_each_row_and_nested_tables_after_theirs(path: Path) -> None:
    document = docx.Document()
    table = document.add_table(rows=3, cols=2)
    table.cell(0, 0).merge(table.cell(0, 1)).text = "Wide"
    table.cell(1, 0).merge(table.cell(2, 0)).text = "Tall"
    table.cell(1, 1).text = "x"
    nested = table.cell(2, 1).add_table(rows=2, cols=2)
    for index, word in enumerate(("in a", "in b", "in c", "in d")):
        nested.cell(index // 2, index % 2).text = word
    document.save(str(path))
    found = [block.text for block in docx_blocks(path)]
    assert found == ["Wide\nTall | x\nTall", "in a | in b\nin c | in d"]


def test_docx_shows_insertions_text_boxes_and_content_controls_but_no_deletions(path: Path) -> None:
    document = docx.Document()
    paragraph = document.add_paragraph("kept ")
    paragraph._p.append(parse_xml(f"<w:ins {W}><w:r><w:t>added</w:t></w:r></w:ins>"))
    paragraph._p.append(parse_xml(f"<w:del {W}><w:r><w:delText>gone</w:delText></w:r></w:del>"))
    box = f"<w:txbxContent {W}><w:p><w:r><w:t>boxed</w:t></w:r></w:p></w:txbxContent>"
    paragraph._p.append(parse_xml(f"<w:r {W}><w:pict>{box}</w:pict></w:r>"))
    control = f"<w:sdt {W}><w:sdtContent><w:p><w:r><w:t>chosen</w:t></w:r></w:p></w:sdtContent></w:sdt>"
    document.element.body.insert(1, parse_xml(control))
    document.save(str(path))
    assert [block.text for block in docx_blocks(path)] == ["kept added", "boxed", "chosen"]


def test_docx_running_header_once(path: Path) -> None:
    document = docx.Document()
    document.sections[0].header.paragraphs[0].text = "Confidential"
    document.add_section().header.is_linked_to_previous = False
    document.sections[1].header.paragraphs[0].text = "Confidential"
    document.add_paragraph("body")
    document.save(str(path))
    assert [block.text for block in docx_blocks(path)] == ["Confidential", "body"]


def test_strict_open_xml_reads_like_the_usual_kind(path: Path, tmp_path: Path) -> None:
    write_docx(path)
    strict = tmp_path / "strict.docx"
    with ZipFile(path) as source, ZipFile(strict, "w", ZIP_DEFLATED) as target:
        for entry in source.infolist():
            data = source.read(entry)
            for part in (b"officeDocument", b"wordprocessingml", b"drawingml"):
                old, new = b"http://schemas.openxmlformats.org/%s/2006/", b"http://purl.oclc.org/ooxml/%s/"
                data = data.replace(old % part, new % part)
            target.writestr(entry.filename, data)
    assert b"purl.oclc.org" in ZipFile(strict).read("_rels/.rels")
    assert docx_blocks(strict) == docx_blocks(path)


@pytest.mark.parametrize("declared", ['<!ENTITY e SYSTEM "file:///etc/hostname">', '<!ENTITY e "lol">'])
def test_a_part_that_declares_entities_is_refused(path: Path, tmp_path: Path, declared: str) -> None:
    write_docx(path)
    evil = tmp_path / "evil.docx"
    with ZipFile(path) as source, ZipFile(evil, "w") as target:
        for entry in source.infolist():
            data = source.read(entry)
            if entry.filename == "word/document.xml":
                declaration, _, rest = data.partition(b"?>")
                data = declaration + f"?><!DOCTYPE x [{declared}]>".encode() + rest.replace(b"Amity", b"&e;")
            target.writestr(entry.filename, data)
    with pytest.raises(UnsafeFile):
        docx_blocks(evil)


def test_pptx_slide_by_slide(path: Path) -> None:
    write_pptx(path)
    found = [(block.page, block.kind, block.text) for block in pptx_blocks(path)]
    assert found == [
        (1, BlockKind.HEADING, "Chapter 1 of the lamp"),
        (1, BlockKind.PARAGRAPH, PROSE),
        (1, BlockKind.NOTE, "Say hello on slide 1."),
        (2, BlockKind.HEADING, "Chapter 2 of the lamp"),
        (2, BlockKind.PARAGRAPH, PROSE),
        (2, BlockKind.TABLE, "Year | Ships | Storms\n1875 | 120 | 14\n1876 | 133 | 9"),
        (2, BlockKind.NOTE, "Say hello on slide 2."),
        (3, BlockKind.HEADING, "Chapter 3 of the lamp"),
        (3, BlockKind.PARAGRAPH, PROSE),
        (3, BlockKind.CAPTION, "Ships a year"),
        (3, BlockKind.TABLE, "Category | Ships\n1875 | 120\n1876 | 133"),
        (3, BlockKind.NOTE, "Say hello on slide 3."),
    ]


def test_pptx_shapes_from_top_to_bottom_and_left_to_right_groups_together(path: Path) -> None:
    deck = pptx.Presentation()
    slide = deck.slides.add_slide(deck.slide_layouts[6])

    def box(shapes: object, text: str, left: float, top: float) -> None:
        frame = shapes.add_textbox(Inches(left), Inches(top), Inches(1), Inches(0.5))  # type: ignore[attr-defined]
        frame.text_frame.text = text

    box(slide.shapes, "last", 1, 5)
    box(slide.shapes, "right", 5, 1)
    box(slide.shapes, "left", 1, 1.1)
    group = slide.shapes.add_group_shape()
    box(group.shapes, "inner low", 2, 3.5)
    box(group.shapes, "inner high", 2, 3)
    deck.save(str(path))
    assert [block.text for block in pptx_blocks(path)] == ["left", "right", "inner high", "inner low", "last"]


def test_pptx_without_slides_is_refused(path: Path) -> None:
    pptx.Presentation().save(str(path))
    with pytest.raises(NoPages):
        PptxParser().plan(path, max_pages=5)


def test_a_zip_bomb_is_not_opened(path: Path) -> None:
    write_docx(path)
    with ZipFile(path, "a", ZIP_DEFLATED) as archive:
        archive.writestr("word/media/image1.png", b"\0" * (32 * 1024 * 1024))
    with pytest.raises(UnsafeFile):
        check_archive(path)
    with pytest.raises(UnsafeFile):
        DocxParser().plan(path, max_pages=5)
    with pytest.raises(UnsafeFile):
        DocxParser().parse(path, PageRange(index=0, first=1, last=1))


def test_too_many_parts_are_not_opened(path: Path) -> None:
    with ZipFile(path, "w") as archive:
        for number in range(20_001):
            archive.writestr(f"{number}", b"")
    with pytest.raises(UnsafeFile, match="20001"):
        check_archive(path)
