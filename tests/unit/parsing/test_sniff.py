"""What a file is, against what its name says."""

from pathlib import Path
from zipfile import ZipFile

import pytest

from docqa.core.errors import CorruptFile, FileEmpty, PasswordProtected, TypeMismatch, UnsafeFile, UnsupportedType
from docqa.core.models import Format
from docqa.parsing.sniff import check, sniff
from tests.fakes.documents import WRITERS

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "upload"


TEXTS = (Format.CSV, Format.HTML, Format.MARKDOWN, Format.TEXT, Format.EML, Format.JSONL)
READ_AS = {  # declared → the formats whose content may stand under the name
    Format.TEXT: TEXTS,
    Format.MARKDOWN: TEXTS,
    Format.CSV: (Format.CSV, Format.MARKDOWN, Format.TEXT),
    Format.HTML: (Format.CSV, Format.HTML, Format.MARKDOWN, Format.TEXT, Format.JSONL),
}


@pytest.mark.parametrize("declared", list(Format), ids=str)
@pytest.mark.parametrize("actual", list(Format), ids=str)
def test_each_format_under_each_name(path: Path, declared: Format, actual: Format) -> None:
    WRITERS[actual](path)
    if actual in READ_AS.get(declared, (declared,)):
        check(path, declared)
        return
    with pytest.raises(TypeMismatch, match=f"named .{declared}"):
        check(path, declared)


@pytest.mark.parametrize(
    ("content", "word"),
    [
        (b"{\\rtf1 hello}", "RTF.*Save it as .docx"),
        (b"\x89PNG\r\n\x1a\n" + bytes(50), "PNG.*into a PDF"),
        (b"GIF89a" + bytes(50), "GIF.*into a PDF"),
        (b"\x7fELF" + bytes(50), "program"),
        (bytes(range(256)) * 20, "unknown"),
        (OLE + "WordDocument".encode("utf-16-le"), "old Word.*Save it as .docx"),
        (OLE + "PowerPoint Document".encode("utf-16-le"), "old presentation.*Save it as .pptx"),
        (OLE + "__substg1.0_".encode("utf-16-le"), "Outlook.*Save the message as .eml"),
    ],
    ids=["rtf", "png", "gif", "elf", "random", "doc", "ppt", "msg"],
)
@pytest.mark.parametrize("declared", [Format.CSV, Format.PDF, Format.TEXT, Format.HTML], ids=str)
def test_what_is_not_supported_is_named(path: Path, content: bytes, word: str, declared: Format) -> None:
    path.write_bytes(content)
    assert sniff(path) is None
    with pytest.raises(UnsupportedType, match=word):
        check(path, declared)


@pytest.mark.parametrize(
    ("content", "refused_as"),
    [
        (b'{"a": 1, "b": [2, 3]}', (Format.CSV, Format.PDF, Format.EML)),
        (b"<?xml version='1.0'?><note><to>Ada</to></note>", (Format.CSV, Format.DOCX, Format.EML)),
        (b"From: a@example.org\r\nTo: b@example.org\r\nSubject: x\r\n\r\nhi", (Format.CSV, Format.HTML, Format.PDF)),
        (b"<p>Hello <b>world</b></p>", (Format.CSV, Format.EML)),
        (b"MZ and BM are initials. GIF89a is a format, and Rar! is a shout.", (Format.EML, Format.PDF)),
        (b"A text about PDF:\n%PDF-1.7 is how such a file begins.", (Format.PDF,)),
    ],
    ids=["json", "xml", "mail", "fragment", "initials", "about-pdf"],
)
def test_text_is_read_as_text_where_its_name_says_so(
    path: Path, content: bytes, refused_as: tuple[Format, ...]
) -> None:
    path.write_bytes(content)
    check(path, Format.TEXT)
    check(path, Format.MARKDOWN)
    for declared in refused_as:
        with pytest.raises((TypeMismatch, UnsupportedType), match=f"named .{declared}"):
            check(path, declared)


@pytest.mark.parametrize(
    "before", [b"<html><body>x</body></html>\n", b"GIF89a" + bytes(20), b"From: a@b.c\r\nSubject: x\r\n\r\n"]
)
@pytest.mark.parametrize("declared", [Format.PDF, Format.HTML, Format.EML, Format.TEXT], ids=str)
def test_two_kinds_of_file_at_once_are_unsafe(path: Path, before: bytes, declared: Format) -> None:
    WRITERS[Format.PDF](path)
    path.write_bytes(before + path.read_bytes())
    with pytest.raises(UnsafeFile, match="at once"):
        check(path, declared)


def test_a_pdf_with_an_archive_behind_it_is_a_pdf_only(path: Path, tmp_path: Path) -> None:
    WRITERS[Format.PDF](path)
    WRITERS[Format.DOCX](tmp_path / "other")
    path.write_bytes(path.read_bytes() + (tmp_path / "other").read_bytes())
    check(path, Format.PDF)
    with pytest.raises(TypeMismatch):
        check(path, Format.DOCX)


def test_an_archive_with_a_pdf_in_front_of_its_parts_is_no_pdf(path: Path) -> None:
    with ZipFile(path, "w") as archive:
        archive.writestr("a.txt", "%PDF-1.7\n1 0 obj")
    with pytest.raises(UnsupportedType, match=r"zip archive.*Unpack"):
        check(path, Format.PDF)


def test_an_archive_behind_a_text_is_no_text(path: Path, tmp_path: Path) -> None:
    WRITERS[Format.PPTX](tmp_path / "other")
    path.write_bytes(b"<html><p>hello</p></html>\n" * 4000 + (tmp_path / "other").read_bytes())
    for declared in (Format.HTML, Format.TEXT):
        with pytest.raises(UnsupportedType, match="other data behind it"):
            check(path, declared)


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "gb18030", "cp932", "utf-8"])
def test_long_text_in_any_encoding_is_text_to_the_end(path: Path, encoding: str) -> None:
    path.write_bytes(
        ("\ufeff" * (encoding == "utf-16-le") + "灯台守は毎朝、天気を書き留めた。\n" * 9000).encode(encoding)
    )
    check(path, Format.TEXT)


@pytest.mark.parametrize(
    ("entries", "word"),
    [
        ({"mimetype": "application/vnd.oasis.opendocument.text"}, "OpenDocument.*Save it as .docx"),
        ({"mimetype": "application/vnd.oasis.opendocument.spreadsheet"}, "OpenDocument.*Save it as .(csv|xlsx)"),
        ({"mimetype": "application/epub+zip"}, "EPUB.*to a PDF"),
        ({"Index/Document.iwa": "x"}, "Pages.*Export it as a PDF"),
    ],
    ids=["odt", "ods", "epub", "pages"],
)
def test_other_archives_are_told_how_to_get_in(path: Path, entries: dict[str, str], word: str) -> None:
    with ZipFile(path, "w") as archive:
        for name, content in entries.items():
            archive.writestr(name, content)
    with pytest.raises(UnsupportedType, match=word):
        check(path, Format.DOCX)


def test_a_workbook_is_told_how_to_get_in(path: Path) -> None:
    with ZipFile(path, "w") as archive:
        archive.writestr(
            "[Content_Types].xml", '<Override ContentType="application/vnd.spreadsheetml.sheet.main+xml"/>'
        )
    with pytest.raises((UnsupportedType, TypeMismatch), match=r"Excel workbook.*(csv|Rename)"):
        check(path, Format.DOCX)


def test_a_binary_workbook_is_told_how_to_get_in(path: Path) -> None:
    with ZipFile(path, "w") as archive:
        archive.writestr(
            "[Content_Types].xml", '<Override ContentType="application/vnd.ms-excel.sheet.binary.macroEnabled.main"/>'
        )
    with pytest.raises(UnsupportedType, match="xlsx"):
        check(path, Format.XLSX)


def test_a_workbook_with_macros_is_a_workbook(path: Path) -> None:
    with ZipFile(path, "w") as archive:
        archive.writestr(
            "[Content_Types].xml", '<Override ContentType="application/vnd.ms-excel.sheet.macroEnabled.main+xml"/>'
        )
    assert sniff(path) is Format.XLSX


def test_markup_named_csv_is_a_mismatch(path: Path) -> None:
    path.write_bytes(b"<!DOCTYPE html><html><body>a,b</body></html>")
    with pytest.raises(TypeMismatch, match="web page"):
        check(path, Format.CSV)


@pytest.mark.parametrize("size", [600, 5 * 1024 * 1024])
def test_an_encrypted_office_file_asks_for_its_password(path: Path, size: int) -> None:
    path.write_bytes(OLE + bytes(size) + "EncryptedPackage".encode("utf-16-le") + bytes(200))
    with pytest.raises(PasswordProtected):
        check(path, Format.DOCX)


@pytest.mark.parametrize("content", [b"", b"\xef\xbb\xbf", b" \r\n\r\n"])
def test_nothing_is_an_empty_file(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    with pytest.raises(FileEmpty):
        check(path, Format.CSV)


def test_a_zip_without_its_directory_is_corrupt(path: Path) -> None:
    WRITERS[Format.DOCX](path)
    path.write_bytes(path.read_bytes()[:5000])
    with pytest.raises(CorruptFile):
        check(path, Format.DOCX)


def test_a_header_after_some_bytes_is_still_a_pdf(path: Path) -> None:
    WRITERS[Format.PDF](path)
    path.write_bytes(b"\n\n\xef\xbb\xbf" + path.read_bytes())
    assert sniff(path) is Format.PDF
