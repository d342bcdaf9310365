"""Ways to damage a file, all of them decided by a seed: the same bytes, name and seed give the same damage."""

import io
import random
import re
import struct
import warnings
import zipfile
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from docqa.core.models import Format

EXTENSIONS = tuple(format.value for format in Format)
"""Of the formats that can be uploaded."""
_HUGE = ("0", "-1", "1e309", "NaN", "2147483648", "18446744073709551616", "-99999999999", "9" * 400, "0.0000001")
_NASTY = (
    "\x00",
    "\u202e",
    "\u200b",
    "\ufffe",
    '"',
    "'",
    "\r",
    "\x1b[2J",
    "]]>",
    "<![CDATA[",
    "&#0;",
    "&x;",
    "\ud7ff",
    ";" * 3000,
)
_BOMB = '<!DOCTYPE r [<!ENTITY a "aaaaaaaaaa">' + "".join(
    f'<!ENTITY {b} "{f"&{a};" * 10}">' for a, b in zip("abcdefgh", "bcdefghi", strict=True)
)
_MAX_BYTES = 3 << 20

Mutator = Callable[[bytes, random.Random], bytes]


@dataclass(frozen=True)
class Mutant:
    """A damaged file: what to call it, what is in it, what was done to it."""

    suffix: str
    data: bytes
    how: tuple[str, ...]


def mutated(data: bytes, suffix: str, seed: str) -> Mutant:
    """One to three damages that go with the content; now and then the name is changed, too."""
    dice = random.Random(seed)
    how: list[str] = []
    for _ in range(dice.choice((1, 1, 1, 2, 3))):
        mutators = (*_ANY, *_fitting(data), *_fitting(data))
        mutator = dice.choice(mutators)
        changed = mutator(data, dice)[:_MAX_BYTES]
        how.append(mutator.__name__)
        data = changed
    if dice.random() < 0.04:
        suffix = dice.choice([extension for extension in EXTENSIONS if extension != suffix])
        how.append(f"named .{suffix}")
    return Mutant(suffix, data, tuple(how))


def _fitting(data: bytes) -> Sequence[Mutator]:
    if data.startswith(b"PK"):
        return _ZIP
    if b"%PDF" in data[:1024]:
        return _PDF
    head = data[:4096].lstrip()
    return (*_TEXT, *_MARKUP) if head.startswith(b"<") else _TEXT


# -- any bytes -------------------------------------------------------------------------------------


def _span(data: bytes, dice: random.Random) -> tuple[int, int]:
    start = dice.randrange(len(data) + 1)
    return start, min(len(data), start + int(2 ** dice.uniform(0, 14)))


def flip_bits(data: bytes, dice: random.Random) -> bytes:
    changed = bytearray(data)
    for _ in range(dice.choice((1, 4, 32, 256)) if changed else 0):
        changed[dice.randrange(len(changed))] ^= 1 << dice.randrange(8)
    return bytes(changed)


def cut_off(data: bytes, dice: random.Random) -> bytes:
    return data[: dice.randrange(len(data) + 1)]


def drop_head(data: bytes, dice: random.Random) -> bytes:
    return data[dice.randrange(min(len(data), 4096) + 1) :]


def drop_block(data: bytes, dice: random.Random) -> bytes:
    start, end = _span(data, dice)
    return data[:start] + data[end:]


def double_block(data: bytes, dice: random.Random) -> bytes:
    start, end = _span(data, dice)
    return data[:end] + data[start:end] * dice.choice((1, 1, 10, 100)) + data[end:]


def insert_noise(data: bytes, dice: random.Random) -> bytes:
    start, end = _span(data, dice)
    return data[:start] + dice.randbytes(end - start) + data[start:]


def zero_block(data: bytes, dice: random.Random) -> bytes:
    start, end = _span(data, dice)
    return data[:start] + bytes(end - start) + data[end:]


def swap_blocks(data: bytes, dice: random.Random) -> bytes:
    (a, b), (c, d) = sorted((_span(data, dice), _span(data, dice)))
    return data if b > c else data[:a] + data[c:d] + data[b:c] + data[a:b] + data[d:]


def huge_numbers(data: bytes, dice: random.Random) -> bytes:
    """Numbers, wherever bytes look like one, become such as no program expects."""
    numbers = list(re.finditer(rb"(?<![\w.])\d{1,10}(?![\w.])", data[: 1 << 20]))
    for match in sorted(dice.sample(numbers, min(len(numbers), dice.choice((1, 3, 20)))), key=lambda m: -m.start()):
        data = data[: match.start()] + dice.choice(_HUGE).encode() + data[match.end() :]
    return data


_ANY: tuple[Mutator, ...] = (
    flip_bits,
    cut_off,
    drop_head,
    drop_block,
    double_block,
    insert_noise,
    zero_block,
    swap_blocks,
    huge_numbers,
)


# -- text ------------------------------------------------------------------------------------------


def nasty_characters(data: bytes, dice: random.Random) -> bytes:
    for _ in range(dice.choice((1, 5, 50))):
        place = dice.randrange(len(data) + 1)
        data = data[:place] + dice.choice(_NASTY).encode("utf-8", "surrogatepass") + data[place:]
    return data


def other_encoding(data: bytes, dice: random.Random) -> bytes:
    text = data.decode("utf-8", "replace")
    encoding = dice.choice(("utf-16", "utf-16-be", "utf-32", "cp1252", "utf-7", "cp037", "gb18030"))
    return text.encode(encoding, "replace")


def one_line(data: bytes, dice: random.Random) -> bytes:
    return data.replace(b"\n", dice.choice((b"", b" ", b"\r", b"\x0b", "\u2028".encode())))


def many_fields(data: bytes, dice: random.Random) -> bytes:
    place = dice.randrange(len(data) + 1)
    return (
        data[:place] + dice.choice((b",", b";", b"\t", b"|", b'"')) * dice.choice((10, 5_000, 200_000)) + data[place:]
    )


def repeat_all(data: bytes, dice: random.Random) -> bytes:
    return data * dice.choice((2, 20, max(1, min(2_000, (1 << 20) // max(1, len(data))))))


_TEXT: tuple[Mutator, ...] = (nasty_characters, other_encoding, one_line, many_fields, repeat_all)


# -- markup (HTML by itself, XML within Office files) ------------------------------------------------

_ELEMENT = re.compile(rb"<([A-Za-z][\w:.-]*)\b[^<>]*?>")
_ATTRIBUTE = re.compile(rb'([\w:.-]+)="([^"<>]*)"')


def drop_element(data: bytes, dice: random.Random) -> bytes:
    found = _element(data, dice)
    return data[: found[0]] + data[found[1] :] if found else data


def double_element(data: bytes, dice: random.Random) -> bytes:
    found = _element(data, dice)
    if not found:
        return data
    start, end = found
    return (
        data[:end] + data[start:end] * min(dice.choice((1, 5, 3_000)), max(1, (4 << 20) // (end - start))) + data[end:]
    )


def move_element(data: bytes, dice: random.Random) -> bytes:
    found, other = _element(data, dice), _element(data, dice)
    if not found or not other:
        return data
    return data[: other[0]] + data[found[0] : found[1]] + data[other[0] :]


def nest_element(data: bytes, dice: random.Random) -> bytes:
    found = _element(data, dice)
    if not found:
        return data
    start, end = found
    opening = _ELEMENT.match(data, start)
    if not opening or opening.group().endswith(b"/>"):
        return data
    depth = dice.choice((10, 200, 3_000, 50_000))
    closing = b"</" + opening.group(1) + b">"
    return data[:start] + opening.group() * depth + data[start:end] + closing * depth + data[end:]


def odd_attributes(data: bytes, dice: random.Random) -> bytes:
    attributes = list(_ATTRIBUTE.finditer(data))
    values = [*_HUGE, "", "true", "rId1", "rId999", "#", "../../../etc/passwd", "http://127.0.0.1:9/x", "x" * 5_000]
    for match in sorted(
        dice.sample(attributes, min(len(attributes), dice.choice((1, 5, 40)))), key=lambda m: -m.start()
    ):
        value = dice.choice((*values, dice.choice(attributes).group(2).decode("utf-8", "replace")))
        data = data[: match.start(2)] + value.encode("utf-8", "replace") + data[match.end(2) :]
    return data


def rename_element(data: bytes, dice: random.Random) -> bytes:
    names = sorted({match.group(1) for match in _ELEMENT.finditer(data)})
    if len(names) < 2:
        return data
    one, other = dice.sample(names, 2)
    return re.sub(rb"(</?)" + re.escape(one) + rb"(?=[\s/>])", lambda m: m.group(1) + other, data)


def entity_bomb(data: bytes, dice: random.Random) -> bytes:
    root = _ELEMENT.search(data)
    if not root:
        return data
    at = data.find(b">", root.start()) + 1
    external = '<!ENTITY x SYSTEM "file:///etc/hostname">' if dice.random() < 0.5 else ""
    return data[: root.start()] + f"{_BOMB}{external}]>".encode() + data[root.start() : at] + b"&i;&x;" + data[at:]


def _element(data: bytes, dice: random.Random) -> tuple[int, int] | None:
    """Where an element (or something much like one) begins and ends."""
    opened = list(_ELEMENT.finditer(data[: 4 << 20]))
    if not opened:
        return None
    match = dice.choice(opened)
    closing = b"</" + match.group(1) + b">"
    end = match.end() if match.group().endswith(b"/>") else data.find(closing, match.end())
    return match.start(), match.end() if end < 0 or end == match.end() else end + len(closing)


_MARKUP: tuple[Mutator, ...] = (
    drop_element,
    double_element,
    move_element,
    nest_element,
    odd_attributes,
    rename_element,
    entity_bomb,
)


# -- zip -------------------------------------------------------------------------------------------


def _entries(data: bytes) -> list[tuple[str, bytes]]:
    """What can be read of the entries of a zip file; [] if it is none."""
    found = []
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            for entry in archive.infolist()[:2_000]:
                if entry.file_size < _MAX_BYTES:
                    found.append((entry.filename, archive.read(entry)))
    except (
        zipfile.BadZipFile,
        zlib.error,
        NotImplementedError,
        RuntimeError,
        EOFError,
        OSError,
        ValueError,
        struct.error,
    ):
        return found
    return found


def _zipped(entries: Sequence[tuple[str, bytes]]) -> bytes:
    buffer = io.BytesIO()
    with warnings.catch_warnings(), zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        warnings.simplefilter("ignore")  # two entries of one name are what is wanted
        for name, content in entries:
            archive.writestr(zipfile.ZipInfo(name, (2026, 1, 1, 0, 0, 0)), content, zipfile.ZIP_DEFLATED)
    return buffer.getvalue()


def _with_entries(change: Callable[[list[tuple[str, bytes]], random.Random], None], name: str) -> Mutator:
    def mutator(data: bytes, dice: random.Random) -> bytes:
        entries = _entries(data)
        if not entries:
            return data
        change(entries, dice)
        return _zipped(entries)

    mutator.__name__ = name
    return mutator


def _drop(entries: list[tuple[str, bytes]], dice: random.Random) -> None:
    entries.pop(dice.randrange(len(entries)))


def _twice(entries: list[tuple[str, bytes]], dice: random.Random) -> None:
    name, _ = dice.choice(entries)
    entries.append((name, dice.choice(entries)[1]))


def _swap(entries: list[tuple[str, bytes]], dice: random.Random) -> None:
    a, b = dice.randrange(len(entries)), dice.randrange(len(entries))
    (first, one), (second, other) = entries[a], entries[b]
    entries[a], entries[b] = (first, other), (second, one)


def _rename(entries: list[tuple[str, bytes]], dice: random.Random) -> None:
    place = dice.randrange(len(entries))
    names = (
        "../../escape.xml",
        "/etc/passwd",
        "x" * 3_000,
        "",
        "a\x00b",
        entries[place][0].upper(),
        "word/document.xml",
    )
    entries[place] = (dice.choice(names), entries[place][1])


def _damage_bytes(entries: list[tuple[str, bytes]], dice: random.Random) -> None:
    place = dice.randrange(len(entries))
    entries[place] = (entries[place][0], dice.choice(_ANY)(entries[place][1], dice))


def _damage_xml(entries: list[tuple[str, bytes]], dice: random.Random) -> None:
    """Parts with content are preferred to the many small ones around them."""
    parts = [i for i, (name, _) in enumerate(entries) if name.lower().endswith((".xml", ".rels"))]
    if parts:
        place = dice.choice(sorted(parts, key=lambda i: -len(entries[i][1]))[: dice.choice((1, 3, len(parts)))])
        entries[place] = (entries[place][0], dice.choice(_MARKUP)(entries[place][1], dice))


def _bomb(entries: list[tuple[str, bytes]], dice: random.Random) -> None:
    place = dice.randrange(len(entries))
    kind = dice.choice((b" ", b"<a>", b"<w:p/>", b"\x00"))
    entries[place] = (entries[place][0], kind * ((24 << 20) // len(kind)))


def _many(entries: list[tuple[str, bytes]], dice: random.Random) -> None:
    entries.extend((f"word/extra{n}.xml", b"<x/>") for n in range(dice.choice((100, 25_000))))


def header_fields(data: bytes, dice: random.Random) -> bytes:
    """Flags, methods, sizes and checksums of the local and central headers."""
    places = [m.start() for m in re.finditer(rb"PK\x03\x04|PK\x01\x02|PK\x05\x06", data)]
    changed = bytearray(data)
    for place in dice.sample(places, min(len(places), dice.choice((1, 2, 8)))):
        at = place + dice.randrange(4, 30)
        width = dice.choice((1, 2, 4))
        changed[at : at + width] = dice.choice((bytes(width), b"\xff" * width, dice.randbytes(width)))
    return bytes(changed)


_ZIP: tuple[Mutator, ...] = (
    *(
        _with_entries(change, f"entries{change.__name__}")
        for change in (_drop, _twice, _swap, _rename, _damage_bytes, _bomb, _many)
    ),
    *[_with_entries(_damage_xml, "entries_damage_xml")] * 8,
    header_fields,
)


# -- PDF -------------------------------------------------------------------------------------------

_OBJECT = re.compile(rb"(\d{1,7}) 0 obj\b.*?endobj", re.S)
_REFERENCE = re.compile(rb"(\d{1,7}) 0 R\b")
_STREAM = re.compile(rb"stream\r?\n(.*?)\r?\nendstream", re.S)
_NAMES = rb"/(?:Length|Rotate|MediaBox|CropBox|Kids|Count|Parent|Filter|Contents|Resources|Font|Type|Width|Widths|Encoding|ToUnicode|W|Index|Prev|Size|Root|N|First|DecodeParms|Predictor|Columns|BBox|Matrix|Dest|Next|Nums)\b"  # noqa: E501
_ENTRY = re.compile(_NAMES + rb"\s*(\[[^\]]{0,200}\]|-?[\d.]+(?: 0 R)?|/\w+)")
_OPERATORS = (
    b" q" * 60_000,
    b" Q" * 50,
    b" BT" * 500,
    b" ET",
    b" 0 0 0 0 0 0 cm",
    b" 1e30 0 0 1e30 0 0 cm",
    b" 0 Tf",
    b" /F1 0.001 Tf",
    b" /Nope 12 Tf",
    b" 3 Tr",
    b" 99999999 TL T*",
    b" [(a) -1e9 (b)] TJ",
    b" (" + b"A" * 30_000 + b") Tj",
    b" /X0 Do" * 200,
    b" 0 0 1e9 1e9 re f",
    b" 1 1 1 rg",
    b" W n",
    b" ((((",
    b" <<<< >>",
    b" BI /W 99999 /H 99999 ID EI",
    b" 0 0 m" * 20_000 + b" S",
)


def drop_object(data: bytes, dice: random.Random) -> bytes:
    objects = list(_OBJECT.finditer(data))
    return data if not objects else _without(data, dice.choice(objects))


def _without(data: bytes, match: re.Match[bytes]) -> bytes:
    return data[: match.start()] + data[match.end() :]


def renumber_object(data: bytes, dice: random.Random) -> bytes:
    objects = list(_OBJECT.finditer(data))
    if len(objects) < 2:
        return data
    one, other = dice.sample(objects, 2)
    return data[: one.start(1)] + other.group(1) + data[one.end(1) :]


def wrong_references(data: bytes, dice: random.Random) -> bytes:
    """References lead elsewhere: to another object, to themselves in a circle, to none."""
    references = list(_REFERENCE.finditer(data))
    for match in sorted(
        dice.sample(references, min(len(references), dice.choice((1, 4, 20)))), key=lambda m: -m.start()
    ):
        number = dice.choice((dice.choice(references).group(1), b"999999", b"0"))
        data = data[: match.start(1)] + number + data[match.end(1) :]
    return data


def odd_entries(data: bytes, dice: random.Random) -> bytes:
    entries = list(_ENTRY.finditer(data))
    values = (
        *(value.encode() for value in _HUGE[:7]),
        b"[]",
        b"null",
        b"[0 0 1e9 1e9]",
        b"[0 0 0 0]",
        b"/Nope",
        b"()",
        b"<<>>",
        b"45",
    )
    for match in sorted(dice.sample(entries, min(len(entries), dice.choice((1, 3, 10)))), key=lambda m: -m.start()):
        data = data[: match.start(1)] + dice.choice(values) + data[match.end(1) :]
    return data


def content_stream(data: bytes, dice: random.Random) -> bytes:
    """A compressed stream is opened, damaged and closed again; its length is left to be found out."""
    streams = []
    for match in list(_STREAM.finditer(data))[:500]:
        try:
            streams.append((match, zlib.decompress(match.group(1))))
        except zlib.error:
            continue
    texts = [(match, text) for match, text in streams if b"Tj" in text or b"TJ" in text or b" re" in text]
    if not streams:
        return data
    match, text = dice.choice(texts or streams)
    if dice.random() < 0.5:
        place = text.find(b"\n", dice.randrange(len(text) + 1))
        place = len(text) if place < 0 else place
        text = text[:place] + dice.choice(_OPERATORS) + text[place:]
    else:
        text = dice.choice(_ANY)(text, dice)
    return data[: match.start(1)] + zlib.compress(text) + data[match.end(1) :]


def no_cross_references(data: bytes, dice: random.Random) -> bytes:
    return re.sub(rb"startxref\s+\d+", b"startxref\n" + dice.choice((b"0", b"-5", b"99999999999")), data)


def raw_operators(data: bytes, dice: random.Random) -> bytes:
    """Into streams that are not compressed."""
    place = data.find(b"ET", dice.randrange(len(data) + 1))
    return data if place < 0 else data[:place] + dice.choice(_OPERATORS) + b" " + data[place:]


_PDF: tuple[Mutator, ...] = (
    drop_object,
    renumber_object,
    wrong_references,
    odd_entries,
    odd_entries,
    content_stream,
    content_stream,
    content_stream,
    no_cross_references,
    raw_operators,
)
