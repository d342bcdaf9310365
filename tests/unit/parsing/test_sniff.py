"""What a file is, against what its name says."""

from pathlib import Path
from zipfile import ZipFile

import pytest

from docqa.core.errors import CorruptFile, FileEmpty, PasswordProtected, TypeMismatch, UnsupportedType
from docqa.core.models import Format
from docqa.parsing.sniff import check, sniff
from tests.fakes.documents import WRITERS

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "upload"


@pytest.mark.parametrize("declared", list(Format), ids=str)
@pytest.mark.parametrize("actual", list(Format), ids=str)
def test_each_format_under_each_name(path: Path, declared: Format, actual: Format) -> None:
    WRITERS[actual](path)
    if declared is actual:
        check(path, declared)
        return
    with pytest.raises(TypeMismatch, match=f"named .{declared}"):
        check(path, declared)


@pytest.mark.parametrize(
    ("content", "word"),
    [
        (b"{\\rtf1 hello}", "RTF"),
        (b"\x89PNG\r\n\x1a\n" + bytes(50), "PNG"),
        (b"\x7fELF" + bytes(50), "program"),
        (bytes(range(256)) * 20, "unknown"),
        (b'{"a": 1}', "JSON"),
        (b"From: a@example.org\r\nTo: b@example.org\r\nSubject: x\r\n\r\nhi", "e-mail"),
        (OLE + "WordDocument".encode("utf-16-le"), "old Word"),
    ],
    ids=["rtf", "png", "elf", "random", "json", "mail", "doc"],
)
@pytest.mark.parametrize("declared", [Format.CSV, Format.PDF], ids=str)
def test_what_is_not_supported_is_named(path: Path, content: bytes, word: str, declared: Format) -> None:
    path.write_bytes(content)
    assert sniff(path) is None
    with pytest.raises(UnsupportedType, match=word):
        check(path, declared)


def test_a_workbook_is_told_how_to_get_in(path: Path) -> None:
    with ZipFile(path, "w") as archive:
        archive.writestr(
            "[Content_Types].xml", '<Override ContentType="application/vnd.spreadsheetml.sheet.main+xml"/>'
        )
    with pytest.raises(UnsupportedType, match="CSV"):
        check(path, Format.DOCX)


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
