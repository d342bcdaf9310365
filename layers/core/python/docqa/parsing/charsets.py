"""Text whose encoding somebody names: a web page, a mail. Names are often wrong, and UTF-8 is never so by chance."""

import codecs
from collections.abc import Iterable

from docqa.parsing.encoding import detect_encoding

_BOMS = (codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
# Labels that mean a larger encoding on the web (WHATWG Encoding Standard, section 4.2).
_LABELS = {
    "ascii": "cp1252",
    "us-ascii": "cp1252",
    "iso-8859-1": "cp1252",
    "latin1": "cp1252",
    "iso8859-1": "cp1252",
    "iso-8859-9": "cp1254",
    "iso-8859-11": "cp874",
    "tis-620": "cp874",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "x-gbk": "gb18030",
    "shift_jis": "cp932",
    "shift-jis": "cp932",
    "x-sjis": "cp932",
    "euc-kr": "cp949",
    "ks_c_5601-1987": "cp949",
}


def decoded(data: bytes, labels: Iterable[str | None]) -> tuple[str, int]:
    """The text, and how many characters of it could not be decoded.

    By byte order mark, as UTF-8 if it is, by the first of the labels that fits, else by likelihood.
    """
    encoding = _encoding(data, labels)
    text = data.decode(encoding, "replace").lstrip("\ufeff").replace("\x00", "")
    return text, text.count("\ufffd")


def _encoding(data: bytes, labels: Iterable[str | None]) -> str:
    if data.startswith(_BOMS) or data.isascii():
        return _escaped(data, labels) or detect_encoding(data)
    if not _decodes(data, "utf-8"):
        for name in map(python_codec, filter(None, labels)):
            if name and _decodes(data, name):
                return name
    return detect_encoding(data)


def _escaped(data: bytes, labels: Iterable[str | None]) -> str | None:
    """An encoding of seven bits that switches between character sets, as Japanese mails have."""
    if b"\x1b" not in data and b"~{" not in data:
        return None
    names = (python_codec(label) for label in labels if label)
    return next((name for name in names if name and name.startswith(("iso2022", "hz")) and _decodes(data, name)), None)


def python_codec(label: str) -> str | None:
    """Python's name of a text encoding by its label in a page or mail, None for what is unknown."""
    label = label.strip().strip("\"'").lower()
    try:
        info = codecs.lookup(_LABELS.get(label, label))
        "".encode(info.name)
    except (LookupError, ValueError, TypeError):
        return None
    return info.name


def _decodes(data: bytes, name: str) -> bool:
    try:
        data.decode(name)
    except (UnicodeDecodeError, ValueError, LookupError):
        return False
    return True
