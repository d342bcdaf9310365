"""What a file is, by its bytes, whatever its name says.

Binary formats say what they are. Formats that are text (plain text, Markdown, CSV, HTML, mails, JSON Lines) cannot be
told apart with certainty, so that a file named as one of them is taken as such wherever its content can be read that
way.
"""

import re
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from docqa.core.errors import CorruptFile, FileEmpty, PasswordProtected, TypeMismatch, UnsafeFile, UnsupportedType
from docqa.core.formats import advice
from docqa.core.models import Format
from docqa.parsing.archive import check_archive
from docqa.parsing.encoding import looks_like_text
from docqa.parsing.sniff_text import HTML, JSON, JSON_LINES, MAIL, PLAIN, XML, text_kind

_HEAD_BYTES = 64 * 1024
_TAIL_BYTES = 64 * 1024
_PROBE_BYTES = 16 * 1024
_WIDE_MARKS = (b"\xff\xfe", b"\xfe\xff")
_CONTINUATION = bytes(range(0x80, 0xC0))
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ZIP = (b"PK\x03\x04", b"PK\x05\x06")
_PDF_WITHIN = 1024  # readers accept a header anywhere in the first kilobyte
_PDF_HEADER = re.compile(rb"%PDF-\d")
_BLANK = b"\x00 \t\r\n\xef\xbb\xbf\xff\xfe"
_CONTENT_TYPES = "[Content_Types].xml"
_MAIN_PARTS = (  # of a content type; the name's usual extension
    ("wordprocessingml.document.main", "docx"),
    ("wordprocessingml.template.main", "docx"),
    ("ms-word.document.macroEnabled", "docx"),
    ("ms-word.template.macroEnabled", "docx"),
    ("presentationml.presentation.main", "pptx"),
    ("presentationml.slideshow.main", "pptx"),
    ("presentationml.template.main", "pptx"),
    ("ms-powerpoint.presentation.macroEnabled", "pptx"),
    ("ms-powerpoint.slideshow.macroEnabled", "pptx"),
    ("ms-powerpoint.template.macroEnabled", "pptx"),
    ("spreadsheetml.sheet.main", "xlsx"),
    ("spreadsheetml.template.main", "xlsx"),
    ("ms-excel.sheet.macroEnabled", "xlsx"),
    ("ms-excel.template.macroEnabled", "xlsx"),
    ("ms-excel.sheet.binary.macroEnabled", "xlsb"),
)
_MAGIC = (  # first bytes, what it is, the extension whose advice fits
    (b"{\\rtf", "an RTF document", "rtf"),
    (b"%!PS", "a PostScript file", "ps"),
    (b"\x89PNG", "a PNG picture", "png"),
    (b"\xff\xd8\xff", "a JPEG picture", "jpg"),
    (b"GIF8", "a GIF picture", "gif"),
    (b"II*\x00", "a TIFF picture", "tif"),
    (b"MM\x00*", "a TIFF picture", "tif"),
    (b"BM", "a BMP picture", "bmp"),
    (b"RIFF", "a picture, sound or film", ""),
    (b"\x00\x00\x00\x18ftyp", "a picture or film", ""),
    (b"\x00\x00\x00\x1cftyp", "a picture or film", ""),
    (b"\x00\x00\x00\x20ftyp", "a picture or film", ""),
    (b"\x1f\x8b", "a gzip archive", "gz"),
    (b"BZh", "a bzip2 archive", "bz2"),
    (b"\xfd7zXZ", "an xz archive", "xz"),
    (b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive", "7z"),
    (b"Rar!", "a RAR archive", "rar"),
    (b"AT&TFORM", "a DjVu document", "djvu"),
    (b"SQLite format 3\x00", "a database", ""),
    (b"\x7fELF", "a program", ""),
    (b"MZ", "a program", ""),
)
_TEXT_THAT_IS_CODE = (b"{\\rtf", b"%!PS")
_OLE_STREAMS = (
    ("WordDocument", "an old Word document (.doc)", "doc"),
    ("PowerPoint Document", "an old presentation (.ppt)", "ppt"),
    ("Workbook", "an old workbook (.xls)", "xls"),
    ("__substg1.0_", "an Outlook message (.msg)", "msg"),
)
_TEXTS = frozenset({Format.TEXT, Format.MARKDOWN, Format.CSV, Format.HTML, Format.EML, Format.JSONL})


@dataclass(frozen=True)
class _Content:
    """`format`: the likeliest of ours. `extension`: whose advice helps. `is_text`: it can be read as plain text."""

    description: str
    format: Format | None = None
    extension: str = ""
    is_text: bool = False


_DESCRIBED = {
    Format.PDF: "a PDF",
    Format.DOCX: "a Word document",
    Format.PPTX: "a presentation",
    Format.HTML: HTML,
    Format.EML: MAIL,
}


def sniff(path: Path) -> Format | None:
    """The likeliest format of a file, or None if it is none of ours. Reads at most 192 KiB of it.

    Raises FileEmpty, CorruptFile, UnsafeFile, and PasswordProtected for an Office file that is encrypted as a whole.
    """
    return _look(path).format


def check(path: Path, declared: Format) -> None:
    """Make sure that a file is what its name says, or text where its name says a kind of text.

    Raises TypeMismatch (it is another of our formats), UnsupportedType (it is something else), UnsafeFile (it is two
    things at once), and what `sniff` raises.
    """
    found = _look(path)
    if found.format is declared or (found.is_text and _readable_as(found, declared)):
        return
    if found.format is not None or (declared is Format.CSV and found.description == XML):
        raise TypeMismatch(
            f"The file is named .{declared} but holds {found.description}. Rename it and upload it again."
        )
    hint = advice(found.extension)
    reason = f"The file is named .{declared} but holds {found.description}, which is not supported."
    raise UnsupportedType(f"{reason} {hint}" if hint else reason)


def _readable_as(found: _Content, declared: Format) -> bool:
    """Text under a name that says text: what is under .txt and .md is read as it stands, markup and mails included."""
    if declared is Format.EML:
        return False
    if declared is Format.HTML:
        return found.description != MAIL
    if declared is Format.JSONL:
        return found.description in (JSON, JSON_LINES)
    no_table = (HTML, XML, MAIL, JSON, JSON_LINES)
    return declared in _TEXTS and (declared is not Format.CSV or found.description not in no_table)


def _look(path: Path) -> _Content:
    with path.open("rb") as file:
        head = file.read(_HEAD_BYTES)
    if not head.strip(_BLANK):
        raise FileEmpty
    if head.startswith(_ZIP):
        return _look_into_zip(path)
    if head.startswith(_OLE):
        return _ole_content(path)
    pdf = _pdf_header(head)
    if pdf is None:
        return _named(head) or _text_or_unknown(path, head)
    before = _named(head[:pdf]) or _Content(text_kind(head[:pdf])[1])
    if pdf and before.description != PLAIN:
        raise UnsafeFile(f"The file is {before.description} and a PDF at once and was not opened. Save it anew.")
    return _Content(_DESCRIBED[Format.PDF], Format.PDF)


def _pdf_header(head: bytes) -> int | None:
    """Where a PDF begins; 0 if nothing but white space stands before it. A text about PDFs holds no objects."""
    found = _PDF_HEADER.search(head, 0, _PDF_WITHIN)
    if found is None:
        return None
    if not head[: found.start()].strip(_BLANK):
        return 0
    return found.start() if b" obj" in head else None


def _named(head: bytes) -> _Content | None:
    """What says by its first bytes that it is none of ours. Words may begin with such bytes, too ("MZ", "BM")."""
    for magic, description, extension in _MAGIC:
        if head.startswith(magic) and (magic in _TEXT_THAT_IS_CODE or not looks_like_text(head)):
            return _Content(description, extension=extension)
    return None


def _text_or_unknown(path: Path, head: bytes) -> _Content:
    if not looks_like_text(head):
        return _Content("data of an unknown kind")
    if not _is_text_to_the_end(path, head):
        return _Content("text with other data behind it")
    format, description = text_kind(head)
    return _Content(description, format, is_text=True, extension="json" if format is None else "")


def _is_text_to_the_end(path: Path, head: bytes) -> bool:
    """Whether the middle and the end are text, too: an archive may hang behind a text."""
    size = path.stat().st_size
    if size <= _HEAD_BYTES:
        return True
    mark = head[:2] if head[:2] in _WIDE_MARKS else b""
    with path.open("rb") as file:
        return all(looks_like_text(mark + _probe(file, at)) for at in (size // 2, size - _PROBE_BYTES))


def _probe(file: BinaryIO, at: int) -> bytes:
    """Some bytes, not from the middle of a character of UTF-16 or UTF-8."""
    file.seek(at - at % 4)
    return file.read(_PROBE_BYTES).lstrip(_CONTINUATION) or b" "


def _look_into_zip(path: Path) -> _Content:
    names = check_archive(path)
    try:
        with zipfile.ZipFile(path) as archive:
            types = _read(archive, _CONTENT_TYPES) if _CONTENT_TYPES in names else ""
            mimetype = _read(archive, "mimetype") if "mimetype" in names else ""
    except (zipfile.BadZipFile, NotImplementedError, EOFError, OSError, zlib.error) as error:
        raise CorruptFile from error
    for marker, extension in _MAIN_PARTS:
        if marker in types:
            return _office(extension)
    if types:
        return _Content("an Office file of another kind")
    if "opendocument" in mimetype:
        kind = next((e for e, word in (("ods", "spreadsheet"), ("odp", "presentation")) if word in mimetype), "odt")
        return _Content(f"an OpenDocument file (.{kind})", extension=kind)
    if "epub" in mimetype:
        return _Content("an EPUB book", extension="epub")
    if any(name.endswith(".iwa") for name in names):
        return _Content("a Pages, Numbers or Keynote document", extension="pages")
    return _Content("a zip archive", extension="zip")


def _read(archive: zipfile.ZipFile, name: str) -> str:
    with archive.open(name) as part:
        return part.read(1024 * 1024).decode("utf-8", "replace")


def _office(extension: str) -> _Content:
    format = Format.of_filename(f"a.{extension}")
    if format is None:
        return _Content("an Excel workbook", extension=extension if extension == "xlsb" else "xls")
    return _Content(_DESCRIBED.get(format, "an Excel workbook"), format)


def _ole_content(path: Path) -> _Content:
    """What an OLE container holds. An encrypted Office file is one, with a stream named EncryptedPackage."""
    data = path.read_bytes() if path.stat().st_size < 4 * 1024 * 1024 else _ends(path)
    if "EncryptedPackage".encode("utf-16-le") in data:
        raise PasswordProtected
    for stream, description, extension in _OLE_STREAMS:
        if stream.encode("utf-16-le") in data:
            return _Content(description, extension=extension)
    return _Content("an old Office file", extension="doc")


def _ends(path: Path) -> bytes:
    with path.open("rb") as file:
        head = file.read(_HEAD_BYTES)
        file.seek(-_TAIL_BYTES, 2)
        return head + file.read()
