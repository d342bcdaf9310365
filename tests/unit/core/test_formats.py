"""What a file's name says, and what somebody is told whose file is not read."""

import pytest

from docqa.core.formats import refusal
from docqa.core.models import Format


@pytest.mark.parametrize(
    ("name", "format"),
    [
        ("a.PDF", Format.PDF),
        ("a.b.htm", Format.HTML),
        ("a.xhtml", Format.HTML),
        ("README.markdown", Format.MARKDOWN),
        ("server.log", Format.TEXT),
        ("a.tsv", Format.CSV),
        ("a.docm", Format.DOCX),
        ("a.ppsx", Format.PPTX),
        ("message.eml", Format.EML),
        ("events.ndjson", Format.JSONL),
        ("pdf", None),
        ("a.exe", None),
        ("a.", None),
        ("", None),
    ],
)
def test_formats_by_name(name: str, format: Format | None) -> None:
    assert Format.of_filename(name) is format


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("a.doc", "Save it as .docx."),
        ("a.xls", "Save it as ."),
        ("a.PPT", "Save it as .pptx."),
        ("a.pages", "Export it as a PDF."),
        ("a.rtf", "Save it as .docx."),
        ("a.odt", "Save it as .docx."),
        ("scan.jpeg", "Put the picture into a PDF"),
        ("a.zip", "Unpack it"),
        ("a.msg", "Save the message as .eml."),
        ("a.json", "Rename it to .txt"),
        ("a.exe", "'exe' are not supported"),
        ("noname", "'unknown' are not supported"),
    ],
)
def test_a_refusal_says_what_to_do(name: str, words: str) -> None:
    said = refusal(name)
    assert words in said
    assert all(format.value.upper() in said for format in Format)
    assert said.endswith(".")
