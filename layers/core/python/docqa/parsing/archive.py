"""Zip containers (DOCX, PPTX): what may be opened at all, and what they hold."""

import re
import struct
import zipfile
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

from docqa.core.errors import CorruptFile, PasswordProtected, UnsafeFile

_MIB = 1024 * 1024
MAX_ENTRIES = 20_000
MAX_TOTAL_BYTES = 512 * _MIB
MAX_XML_BYTES = 32 * _MIB
"""One XML part; as a tree it takes about ten times as much memory."""
MAX_STREAMED_BYTES = 1024 * _MIB
"""One part of a workbook that is read as a stream: a million rows of 20 columns."""
_STREAMED = re.compile(r"xl/(?:worksheets/[^/]*|sharedstrings)\.xml", re.IGNORECASE)
MAX_RATIO = 200
"""Deflate reaches about 1000:1 on constant input; honest XML stays under 50:1, and is small where it does not."""
_RATIO_MATTERS_FROM = 8 * _MIB
_XML_SUFFIXES = (".xml", ".rels", ".vml")
_ENCRYPTED_FLAG = 0x1
_LOCAL_HEADER = 30  # bytes of a local file header before the name (APPNOTE 4.3.7)
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_UNREADABLE = (
    zipfile.BadZipFile,
    zipfile.LargeZipFile,
    ValueError,
    NotImplementedError,
    EOFError,
    struct.error,
    OverflowError,
)


def check_archive(path: Path) -> list[str]:
    """The names in a zip file that is safe to open. Nothing is unpacked.

    Python's zipfile reads no more of an entry than its declared size, so the declared sizes bound what can come.
    Archives inside the archive are never opened. Raises CorruptFile, PasswordProtected, UnsafeFile.
    """
    _refuse_encrypted(path)
    try:
        with zipfile.ZipFile(path) as archive:
            entries = archive.infolist()
    except _UNREADABLE as error:
        raise CorruptFile("The file is damaged or cut off: its directory cannot be read.") from error
    if len(entries) > MAX_ENTRIES:
        raise UnsafeFile(f"The file holds {len(entries)} parts, far more than a document needs, and was not opened.")
    if sum(entry.file_size for entry in entries if not _is_streamed(entry)) > MAX_TOTAL_BYTES:
        raise UnsafeFile
    for entry in entries:
        _check_entry(entry)
    _check_overlap(entries)
    return [entry.filename for entry in entries]


def _refuse_encrypted(path: Path) -> None:
    """An Office file with a password is no zip file but an OLE container with a stream of this name (MS-OFFCRYPTO)."""
    with path.open("rb") as file:
        if file.read(len(_OLE)) == _OLE and "EncryptedPackage".encode("utf-16-le") in file.read(MAX_TOTAL_BYTES):
            raise PasswordProtected


def _check_overlap(entries: Sequence[zipfile.ZipInfo]) -> None:
    """Entries that share their bytes unpack to the square of the file's size (Fifield, "A better zip bomb", 2019)."""
    for entry, following in pairwise(sorted(entries, key=lambda entry: entry.header_offset)):
        if entry.header_offset + _LOCAL_HEADER + entry.compress_size > following.header_offset:
            raise UnsafeFile("Parts of the file overlap, as they do in files made to do harm; it was not opened.")


def _check_entry(entry: zipfile.ZipInfo) -> None:
    if entry.flag_bits & _ENCRYPTED_FLAG:
        raise PasswordProtected
    bomb = entry.file_size > _RATIO_MATTERS_FROM and entry.file_size > MAX_RATIO * max(entry.compress_size, 1)
    most = MAX_STREAMED_BYTES if _is_streamed(entry) else MAX_XML_BYTES
    xml = entry.filename.lower().endswith(_XML_SUFFIXES) and entry.file_size > most
    if bomb or xml:
        raise UnsafeFile


def _is_streamed(entry: zipfile.ZipInfo) -> bool:
    return _STREAMED.fullmatch(entry.filename) is not None


_STRICT = re.compile(
    rb"http://purl\.oclc\.org/ooxml/(officeDocument|wordprocessingml|presentationml|drawingml|spreadsheetml|schemaLibrary)/"
)
_STRICT_MARK = b"//purl.oclc.org/ooxml/"


def transitional_xml(data: bytes) -> bytes:
    """One XML part with the usual namespaces in place of those of "Strict Open XML" (ISO/IEC 29500-1)."""
    return _STRICT.sub(_transitional_name, data) if _STRICT_MARK in data else data


def _transitional_name(match: re.Match[bytes]) -> bytes:
    return b"http://schemas.openxmlformats.org/" + match.group(1) + b"/2006/"
