"""From the bytes of a web page to a tree: its encoding, and a parse that neither fetches nor expands anything."""

import re
from pathlib import Path
from typing import Any

from lxml import etree

from docqa.parsing.charsets import decoded

MAX_FILE_BYTES = 64 * 1024 * 1024
_EMBEDDED = re.compile(rb"data:[\w/+.;=-]{0,100};base64,[A-Za-z0-9+/=%]{200,}+")
_SCANNED = 4096
"""Bytes that may hold the declaration of the encoding; the HTML standard says 1024, writers say otherwise."""
_DECLARED = re.compile(rb"<(?:meta|\?xml)\b[^>]*?(?:charset|encoding)\s*=\s*[\"']?\s*([\w.:-]+)", re.I)


def read_bounded(path: Path, limit: int) -> tuple[bytes, bool]:
    """The bytes of a page without what is embedded in it as data, and whether more than `limit` bytes are left out."""
    with path.open("rb") as file:
        data = file.read(MAX_FILE_BYTES + 1)
    text = _EMBEDDED.sub(b"data:,", data) if b"base64," in data else data
    return text[:limit], len(text) > limit or len(data) > MAX_FILE_BYTES


def decoded_page(data: bytes, declared: str | None = None) -> tuple[str, int]:
    """The text of a page and how many characters of it could not be decoded.

    `declared` is the encoding that a mail around the page names; it goes before the one that the page itself names.
    """
    found = _DECLARED.search(data[:_SCANNED])
    return decoded(data, (declared, found.group(1).decode("ascii", "replace") if found else None))


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
    parser = etree.HTMLParser(
        encoding="utf-8", huge_tree=huge, no_network=True, remove_comments=True, remove_pis=True, recover=True
    )
    try:
        root = etree.fromstring(markup.encode("utf-8", "replace"), parser=parser)
    except etree.XMLSyntaxError:
        root = None
    limit = etree.ErrorTypes.ERR_RESOURCE_LIMIT
    return root, any(entry.type == limit for entry in parser.error_log)
