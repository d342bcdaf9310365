"""From the bytes of a web page to a tree: its encoding, and a parse that neither fetches nor expands anything."""

import codecs
import re
from typing import Any

from lxml import etree
from lxml.html import HTMLParser as LxmlParser
from lxml.html import document_fromstring

from docqa.parsing.encoding import detect_encoding

_SCANNED = 4096
"""Bytes that may hold the declaration of the encoding; the HTML standard says 1024, writers say otherwise."""
_DECLARED = re.compile(rb"<(?:meta|\?xml)\b[^>]*?(?:charset|encoding)\s*=\s*[\"']?\s*([\w.:-]+)", re.I)
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
    "utf-16": "utf-8",  # what can be read as ASCII is not UTF-16
    "utf-16le": "utf-8",
    "utf-16be": "utf-8",
}


def decoded(data: bytes, declared: str | None = None) -> tuple[str, int]:
    """The text of a page and how many characters of it could not be decoded.

    By byte order mark, as UTF-8 if it is, as declared (by the mail around it, then by the page itself) if that fits,
    else by likelihood.
    """
    encoding = _encoding(data, declared)
    text = data.decode(encoding, "replace").lstrip("\ufeff").replace("\x00", "")
    return text, text.count("\ufffd")


def _encoding(data: bytes, declared: str | None) -> str:
    if data.startswith(_BOMS):
        return detect_encoding(data)
    found = _DECLARED.search(data[:_SCANNED])
    for label in (declared, found and found.group(1).decode("ascii", "replace")):
        name = python_codec(label) if label else None
        if name and name != "utf-8" and not data.isascii() and _decodes(data, name) and not _decodes(data, "utf-8"):
            return name
    return detect_encoding(data)


def python_codec(label: str) -> str | None:
    """Python's name of a text encoding by its label in a page or mail, None for what is unknown."""
    label = label.strip().strip("\"'").lower()
    try:
        info = codecs.lookup(_LABELS.get(label, label))
        "".encode(info.name)
    except (LookupError, ValueError, TypeError):
        return None
    return info.name if info._is_text_encoding else None


def _decodes(data: bytes, name: str) -> bool:
    try:
        data.decode(name)
    except (UnicodeDecodeError, ValueError):
        return False
    return True


def tree(markup: str) -> tuple[Any | None, bool]:
    """The root element, None where there is nothing; and whether content nested too deep was left out.

    libxml2 ends at 256 levels, or 2048 if told that a file may be large; old pages get deep by tags that are never
    closed.
    """
    root, ended = _parsed(markup, huge=False)
    if ended:
        root, ended = _parsed(markup, huge=True)
    return root, ended


def _parsed(markup: str, *, huge: bool) -> tuple[Any | None, bool]:
    parser = LxmlParser(
        encoding="utf-8", huge_tree=huge, no_network=True, remove_comments=True, remove_pis=True, recover=True
    )
    try:
        root = document_fromstring(markup.encode("utf-8", "replace"), parser=parser, ensure_head_body=False)
    except (etree.ParserError, etree.XMLSyntaxError):
        root = None
    limit = etree.ErrorTypes.ERR_RESOURCE_LIMIT
    return root, any(entry.type == limit for entry in parser.error_log)
