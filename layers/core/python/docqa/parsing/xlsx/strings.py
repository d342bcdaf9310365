"""The table of strings that a workbook's cells point into: only those asked for are kept."""

import re
from collections.abc import Collection, Iterator
from typing import IO

from lxml import etree

from docqa.core.errors import CorruptFile
from docqa.parsing.xlsx.rows import string_text

_CHUNK_BYTES = 512 * 1024
_MAX_ITEM_BYTES = 16 * 1024 * 1024
_BATCH = 2_000
_ROOT = re.compile(rb"<((?:[\w.-]+:)?)sst\b[^>]*>")
_PLAIN = re.compile(rb"\s*<si><t>([^<&\r]*)</t>")
_HEX = re.compile(r"_x([0-9A-Fa-f]{4})_")
_MAX_HEAD_BYTES = 64 * 1024


def strings(file: IO[bytes], wanted: Collection[int]) -> dict[int, str]:
    """The strings with these numbers (from 0), by number. Those that are not there are left out."""
    if not wanted:
        return {}
    data = file.read(_MAX_HEAD_BYTES)
    root = _ROOT.search(data)
    if root is None:
        raise CorruptFile("The strings of the workbook are broken and cannot be read.")
    last = max(wanted)
    found: dict[int, str] = {}
    other: list[tuple[int, bytes]] = []
    for number, item in enumerate(_items(file, data[root.end() :], root[1])):
        if number > last:
            break
        if number not in wanted:
            continue
        if plain := _PLAIN.fullmatch(item):
            found[number] = unescaped(plain[1].decode("utf-8", "replace"))
        else:
            other.append((number, item))
        if len(other) == _BATCH:
            found.update(_parsed(other, root))
            other.clear()
    found.update(_parsed(other, root))
    return found


def unescaped(text: str) -> str:
    """Characters that XML cannot hold are written as _x000D_ (ECMA-376 part 1, 22.9.2.19); controls show nothing."""
    return _HEX.sub(_character, text) if "_x" in text else text


def _character(match: re.Match[str]) -> str:
    char = chr(int(match[1], 16))
    return char if char.isprintable() else " "


def _items(file: IO[bytes], data: bytes, prefix: bytes) -> Iterator[bytes]:
    """Each item's XML without its end."""
    closing, empty = b"</" + prefix + b"si>", b"<" + prefix + b"si/>"
    while True:
        *items, data = data.replace(empty, b"<" + prefix + b"si>" + closing).split(closing)
        yield from items
        chunk = file.read(_CHUNK_BYTES)
        if not chunk:
            return
        if len(data) > _MAX_ITEM_BYTES:
            raise CorruptFile("The strings of the workbook are broken and cannot be read.")
        data += chunk


def _parsed(items: list[tuple[int, bytes]], root: re.Match[bytes]) -> Iterator[tuple[int, str]]:
    """What the pattern does not fit: rich text, entities, readings."""
    if not items:
        return
    closing = b"</" + root[1] + b"si>"
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, remove_comments=True)
    inner = b"".join(item + closing for _, item in items)
    document = etree.fromstring(root.group() + inner + b"</" + root[1] + b"sst>", parser)
    for (number, _), element in zip(items, document.iterchildren("{*}si"), strict=True):
        yield number, unescaped(string_text(element))
