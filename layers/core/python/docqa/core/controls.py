"""Characters that do not show: zero-width characters, direction controls, tags, control codes.

They hide words from a search, reorder what a reader sees, and carry text that only a machine reads (Unicode Technical
Report 36, "Unicode Security Considerations"; CVE-2021-42574). Where they are letters' joiners, as in Persian, in Indic
scripts and between emoji, they stay.
"""

import re
import unicodedata
from bisect import bisect_left

from docqa.core.models import Block, DocumentWarning, Hidden, ParsedRange
from docqa.core.noticed import combined, hidden_text, warning

_ZWNJ, _ZWJ = "\u200c", "\u200d"
_SOFT_HYPHEN, _BYTE_ORDER_MARK = "\u00ad", "\ufeff"
_CONTROL = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f"  # control codes that are not white space
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180e"
    "\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufeff\uffa0\ufff0-\ufffb"
    "\ufe00-\ufe0f\U000e0000-\U000e0fff]"
)
_LONE_SURROGATE = re.compile("[\ud800-\udfff]")
_EMOJI_PARTS = ("\ufe0f", "\u20e3", *map(chr, range(0x1F3FB, 0x1F400)))
_TAGS = range(0xE0020, 0xE007F)
_LEAST_TAG_TEXT = 4
"""Flags of regions are spelled in up to six tags, but begin with a black flag and end with a cancel tag."""
_FLAG = re.compile("\U0001f3f4[\U000e0030-\U000e0039\U000e0061-\U000e007a]{1,6}\U000e007f")


def cleaned(text: str) -> tuple[str, int]:
    """The text without characters that do not show, and how many of them a reader should be told of.

    Soft hyphens and a byte order mark at the beginning go without being counted. Half of a surrogate pair, which no
    encoding can write, becomes U+FFFD.
    """
    removed = _removed(text)
    return _without(text, removed), sum(_is_reported(text, position) for position in removed)


def without_controls(parsed: ParsedRange) -> ParsedRange:
    """The same blocks with clean texts, the offsets of their spans and links moved along, and a warning.

    A text that is spelled in tag characters follows its block as a hidden one. A block of which nothing is left goes.
    """
    blocks: list[Block] = []
    found: list[DocumentWarning] = []
    for block in parsed.blocks:
        if _is_clean(block.text):
            blocks.append(block)
            continue
        _, count = cleaned(block.text)
        pages = () if block.page is None else (block.page,)
        found += [warning("control_characters", count=count, pages=pages)] if count else []
        blocks += _clean_block(block)
        tagged = _tag_text(block.text)
        if len(tagged) >= _LEAST_TAG_TEXT:
            found.append(hidden_text(Hidden.INVISIBLE, pages=pages))
            blocks.append(block.model_copy(update={**_NOTHING, "text": tagged, "hidden": Hidden.INVISIBLE}))
    if not found and all(old is new for old, new in zip(parsed.blocks, blocks, strict=False)):
        return parsed
    return parsed.model_copy(
        update={"blocks": tuple(blocks), "warnings": combined((*parsed.warnings, *combined(found)))}
    )


_NOTHING: dict[str, object] = {"spans": (), "links": (), "language": None}


def _is_clean(text: str) -> bool:
    return not _CONTROL.search(text) and (text.isascii() or not _LONE_SURROGATE.search(text))


def _clean_block(block: Block) -> list[Block]:
    removed = _removed(block.text)
    bare = _without(block.text, removed)
    text = bare.strip()
    if not text:
        return []
    lead = len(bare) - len(bare.lstrip())

    def moved(offset: int) -> int:
        return min(max(offset - bisect_left(removed, offset) - lead, 0), len(text))

    spans = [span.model_copy(update={"start": moved(span.start), "end": moved(span.end)}) for span in block.spans]
    links = [link.model_copy(update={"start": moved(link.start), "end": moved(link.end)}) for link in block.links]
    return [
        block.model_copy(
            update={
                "text": text,
                "spans": tuple(span for span in spans if span.start < span.end),
                "links": tuple(link for link in links if link.start < link.end),
            }
        )
    ]


def _removed(text: str) -> list[int]:
    """Positions of the characters that go, in order."""
    flags = [match.span() for match in _FLAG.finditer(text)] if "\U0001f3f4" in text else []
    return [
        match.start()
        for match in _CONTROL.finditer(text)
        if not _belongs(text, match.start()) and not any(start < match.start() < end for start, end in flags)
    ]


def _without(text: str, removed: list[int]) -> str:
    pieces = []
    start = 0
    for position in removed:
        pieces.append(text[start:position])
        start = position + 1
    kept = "".join((*pieces, text[start:]))
    return kept if kept.isascii() else _LONE_SURROGATE.sub("\ufffd", kept)


def _is_reported(text: str, position: int) -> bool:
    char = text[position]
    return char != _SOFT_HYPHEN and not (char == _BYTE_ORDER_MARK and position == 0)


def _belongs(text: str, position: int) -> bool:
    """Whether an invisible character is part of how the letters or signs around it are written."""
    char = text[position]
    before, after = text[position - 1 : position], text[position + 1 : position + 2]
    if char == _ZWNJ:
        return _joins(before) and _joins(after)
    if char == _ZWJ:
        return (_joins(before) and (_joins(after) or not after.isalpha())) or (_is_sign(before) and _is_sign(after))
    if "\ufe00" <= char <= "\ufe0f" or "\U000e0100" <= char <= "\U000e01ef":  # one variation selector a character
        return bool(before) and not before.isspace() and not _CONTROL.match(before)
    return "\u180b" <= char <= "\u180d" and "\u1800" <= before <= "\u18af"  # Mongolian variants


def _joins(char: str) -> bool:
    """Whether a character is a letter or mark of a script whose letters join or stack."""
    cursive = "\u0620" <= char <= "\u07ff" or "\u0860" <= char <= "\u0dff" or "\u1780" <= char <= "\u18af"
    return cursive and unicodedata.category(char)[0] in "LM"


def _is_sign(char: str) -> bool:
    return bool(char) and (char in _EMOJI_PARTS or unicodedata.category(char) == "So" or char in "\u2640\u2642")


def _tag_text(text: str) -> str:
    """What tag characters spell, outside of flags."""
    if not any(ord(char) in _TAGS for char in set(text)):
        return ""
    return "".join(chr(ord(char) - 0xE0000) for char in _FLAG.sub("", text) if ord(char) in _TAGS).strip()
