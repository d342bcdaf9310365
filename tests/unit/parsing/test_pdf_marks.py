"""What is laid over the pages of a PDF and what the file says of itself: fields, annotations, metadata, warnings."""

from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pymupdf
import pytest

from docqa.core.models import BlockKind, Hidden
from docqa.parsing.pdf.parser import PdfParser
from tests.unit.parsing.pdf_support import blocks_of, texts, warnings_of


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "document.pdf"


def add_field(page: pymupdf.Page, kind: int, box: tuple[float, ...], value: object, **said: object) -> None:
    field = pymupdf.Widget()
    field.rect, field.field_type, field.field_value = pymupdf.Rect(box), kind, value
    field.field_name = str(said.get("name", "field"))
    field.field_flags = int(str(said.get("flags", 0)))
    page.add_widget(field)


def test_fields_are_read_in_their_places(path: Path) -> None:
    with pymupdf.open() as document:
        page = document.new_page()
        page.insert_text((72, 100), "Name of the ship:")
        add_field(page, pymupdf.PDF_WIDGET_TYPE_TEXT, (170, 88, 300, 104), "Amity", name="ship")
        page.insert_text((90, 130), "She carries a lamp")
        add_field(page, pymupdf.PDF_WIDGET_TYPE_CHECKBOX, (72, 120, 84, 132), True, name="lamp")
        page.insert_text((90, 160), "She carries a bell")
        add_field(page, pymupdf.PDF_WIDGET_TYPE_CHECKBOX, (72, 150, 84, 162), False, name="bell")
        add_field(page, pymupdf.PDF_WIDGET_TYPE_TEXT, (72, 400, 300, 416), "Okafor", name="Captain")
        add_field(page, pymupdf.PDF_WIDGET_TYPE_TEXT, (72, 500, 300, 516), "sesame", name="word", flags=1 << 13)
        document.save(path)
    said = " ".join(block.text for block in blocks_of(path))
    assert "Name of the ship: Amity" in said
    assert "[x] She carries a lamp" in said
    assert "[ ] She carries a bell" in said
    assert "Captain: Okafor" in said
    assert "sesame" not in said


def test_annotations_are_notes_and_hidden_ones_are_told(path: Path) -> None:
    with pymupdf.open() as document:
        page = document.new_page()
        page.insert_text((72, 100), "The lamp is lit at six.")
        page.add_text_annot((300, 100), "Is that so in summer?")
        page.add_freetext_annot((72, 200, 300, 230), "Ask the keeper.")
        page.add_text_annot((300, 300), "Obey the margin.").set_flags(pymupdf.PDF_ANNOT_IS_HIDDEN)
        document.save(path)
    notes = [(block.text, block.hidden) for block in blocks_of(path) if block.kind is BlockKind.NOTE]
    assert notes == [
        ("Is that so in summer?", None),
        ("Ask the keeper.", None),
        ("Obey the margin.", Hidden.INVISIBLE),
    ]
    assert texts(path, BlockKind.PARAGRAPH) == ["The lamp is lit at six."]


def test_the_plan_says_what_the_file_says_of_itself(path: Path) -> None:
    with pymupdf.open() as document:
        for _ in range(4):
            document.new_page().insert_text((72, 100), "Words")
        document.set_metadata(
            {"title": "The lamp", "author": "M. Okafor", "creationDate": "D:20240305060708+02'00'", "modDate": "D:2025"}
        )
        document.set_language("de")
        document.set_page_labels(
            [
                {"startpage": 0, "style": "r", "prefix": ""},
                {"startpage": 2, "style": "D", "prefix": "A-", "firstpagenum": 3},
            ]
        )
        document.save(path)
    said = PdfParser().plan(path, max_pages=9).metadata
    assert (said.title, said.author, said.language) == ("The lamp", "M. Okafor", "de")
    assert said.created_at == datetime(2024, 3, 5, 6, 7, 8, tzinfo=timezone(timedelta(hours=2)))
    assert said.modified_at == datetime(2025, 1, 1, tzinfo=UTC)
    assert said.page_labels == ("i", "ii", "A-3", "A-4")


def test_a_plain_file_says_nothing_of_itself(path: Path) -> None:
    with pymupdf.open() as document:
        document.new_page().insert_text((72, 100), "Words")
        document.set_metadata({"creationDate": "yesterday"})
        document.save(path)
    plan = PdfParser().plan(path, max_pages=9)
    assert plan.metadata.model_dump(exclude_defaults=True) == {}
    assert plan.warnings == ()


def test_what_is_not_read_is_told(path: Path) -> None:
    with pymupdf.open() as document:
        page = document.new_page()
        page.insert_text((72, 100), "Words")
        page.insert_link(
            {
                "kind": pymupdf.LINK_GOTOR,
                "from": pymupdf.Rect(72, 80, 100, 104),
                "file": "other.pdf",
                "page": 0,
                "to": (0, 0),
            }
        )
        page.insert_link({"kind": pymupdf.LINK_LAUNCH, "from": pymupdf.Rect(172, 80, 200, 104), "file": "run.exe"})
        document.embfile_add("log.csv", b"a,b")
        script = document.get_new_xref()
        document.update_object(script, "<</S/JavaScript/JS(app.alert\\('hello'\\))>>")
        document.xref_set_key(document.pdf_catalog(), "OpenAction", f"{script} 0 R")
        document.save(path)
    planned = [(noticed.code, noticed.detail) for noticed in PdfParser().plan(path, max_pages=9).warnings]
    assert planned == [("attachment_skipped", "log.csv"), ("active_content", None)]
    assert [noticed.code for noticed in warnings_of(path)] == ["active_content", "external_content"]


def test_letters_without_a_meaning_are_counted(path: Path) -> None:
    with pymupdf.open() as document:
        page = document.new_page()
        page.insert_text((72, 100), "Words and \ue123\ue124 signs", fontname="china-s")
        document.save(path)
    counted = [(noticed.code, noticed.count) for noticed in warnings_of(path)]
    assert counted in ([("undecodable_characters", 2)], [])  # a font may have no such signs
