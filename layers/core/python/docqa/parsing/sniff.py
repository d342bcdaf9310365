"""What a file is, by its first bytes, whatever its name says."""

import re
import zipfile
import zlib
from pathlib import Path

from docqa.core.errors import CorruptFile, FileEmpty, PasswordProtected, TypeMismatch, UnsupportedType
from docqa.core.models import Format
from docqa.parsing.archive import check_archive
from docqa.parsing.encoding import looks_like_text

_HEAD_BYTES = 64 * 1024
_TAIL_BYTES = 64 * 1024
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ZIP = (b"PK\x03\x04", b"PK\x05\x06")
_PDF_WITHIN = 1024  # readers accept a header anywhere in the first kilobyte
_CONTENT_TYPES = "[Content_Types].xml"
_MAIN_PARTS = (("wordprocessingml.document.main", Format.DOCX), ("ms-word.document.macroEnabled", Format.DOCX),
               ("presentationml.presentation.main", Format.PPTX), ("presentationml.slideshow.main", Format.PPTX),
               ("ms-powerpoint.presentation.macroEnabled", Format.PPTX))  # fmt: skip
_BINARY_MAGIC = (
    (b"{\\rtf", "an RTF document"),
    (b"\x89PNG", "a PNG picture"),
    (b"\xff\xd8\xff", "a JPEG picture"),
    (b"GIF8", "a GIF picture"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive"),
    (b"Rar!", "a RAR archive"),
    (b"%!PS", "a PostScript file"),
    (b"SQLite format 3\x00", "a database"),
    (b"\x7fELF", "a program"),
    (b"MZ", "a program"),
)
_MARKUP = re.compile(rb"^\s*(?:<!doctype\s+html|<html\b|<\?xml\b|<head\b|<body\b|<svg\b|<script\b)", re.I)
_MAIL = re.compile(rb"^(?:(?:Received|Return-Path|From|To|Subject|Date|MIME-Version|Message-ID): [^\n]*\r?\n){2}", re.I)
_JSON = re.compile(rb"^\s*(?:\{\s*\"|\[\s*[\[{])")


def sniff(path: Path) -> Format | None:
    """The format of a file, or None if it is none of ours. Reads at most 128 KiB of it.

    Raises FileEmpty, CorruptFile, UnsafeFile, and PasswordProtected for an Office file that is encrypted as a whole.
    """
    return _look(path)[0]


def check(path: Path, declared: Format) -> None:
    """Make sure that a file is what its name says.

    Raises TypeMismatch (it is another of our formats, or markup under a CSV name), UnsupportedType (it is something
    else), and what `sniff` raises.
    """
    found, description = _look(path)
    if found is declared:
        return
    if found is not None or (declared is Format.CSV and description == _WEB_PAGE):
        raise TypeMismatch(f"The file is named .{declared} but holds {description}. Rename it and upload it again.")
    raise UnsupportedType(f"The file is named .{declared} but holds {description}, which is not supported.")


_WEB_PAGE = "a web page or XML"
_NAMES = {Format.PDF: "a PDF", Format.DOCX: "a Word document", Format.PPTX: "a presentation", Format.CSV: "plain text"}


def _look(path: Path) -> tuple[Format | None, str]:
    with path.open("rb") as file:
        head = file.read(_HEAD_BYTES)
    if not head.strip(b"\x00 \t\r\n\xef\xbb\xbf\xff\xfe"):
        raise FileEmpty
    if b"%PDF-" in head[:_PDF_WITHIN] and not head.startswith(_ZIP):
        return Format.PDF, _NAMES[Format.PDF]
    if head.startswith(_ZIP):
        return _look_into_zip(path)
    if head.startswith(_OLE):
        return None, _ole_content(path)
    return _text_or_other(head)


def _text_or_other(head: bytes) -> tuple[Format | None, str]:
    for magic, description in _BINARY_MAGIC:
        if head.startswith(magic):
            return None, description
    if _MARKUP.match(head.removeprefix(b"\xef\xbb\xbf")):
        return None, _WEB_PAGE
    if _MAIL.match(head):
        return None, "an e-mail"
    if _JSON.match(head):
        return None, "JSON"
    if looks_like_text(head):
        return Format.CSV, _NAMES[Format.CSV]
    return None, "data of an unknown kind"


def _look_into_zip(path: Path) -> tuple[Format | None, str]:
    names = check_archive(path)
    if _CONTENT_TYPES not in names:
        return None, "a zip archive"
    try:
        with zipfile.ZipFile(path) as archive:
            types = archive.read(_CONTENT_TYPES).decode("utf-8", "replace")
    except (zipfile.BadZipFile, NotImplementedError, EOFError, OSError, zlib.error) as error:
        raise CorruptFile from error
    for marker, format in _MAIN_PARTS:
        if marker in types:
            return format, _NAMES[format]
    if "spreadsheetml" in types:
        return None, "an Excel workbook; save it as CSV to ask questions about it"
    return None, "an Office file of another kind"


def _ole_content(path: Path) -> str:
    """What an OLE container holds. An encrypted Office file is one, with a stream named EncryptedPackage."""
    data = path.read_bytes() if path.stat().st_size < 4 * 1024 * 1024 else _ends(path)
    if "EncryptedPackage".encode("utf-16-le") in data:
        raise PasswordProtected
    if "WordDocument".encode("utf-16-le") in data:
        return "an old Word document (.doc); save it as .docx"
    if "PowerPoint Document".encode("utf-16-le") in data:
        return "an old presentation (.ppt); save it as .pptx"
    return "an old Office file"


def _ends(path: Path) -> bytes:
    with path.open("rb") as file:
        head = file.read(_HEAD_BYTES)
        file.seek(-_TAIL_BYTES, 2)
        return head + file.read()
