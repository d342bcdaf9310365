"""How long a text is for an embedding model, without its tokenizer."""

import re

LIMIT = 1000.0
"""Size of a chunk: about 200 tokens of English prose, 330 CJK characters, 500 characters of another script."""

_CJK = re.compile("[\u1100-\u11ff\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff\uff00-\uffef\U00020000-\U0003ffff]")
_OTHER = re.compile("[\u0250-\u10ff\u1200-\u1dff]")


def size(text: str) -> float:
    """Length in Latin characters. Models built on Latin text spend a token on each CJK character and half a token or
    more on each character of another script, against one on about five Latin characters."""
    if text.isascii():
        return float(len(text))
    return len(text) + 2.0 * len(_CJK.findall(text)) + 1.0 * len(_OTHER.findall(text))


def split_long(text: str, limit: float) -> list[str]:
    """Cut a text over the limit at the last good place before it: ends of cells or clauses, then spaces, then anywhere.

    The pieces, white space between them apart, are the whole text.
    """
    pieces: list[str] = []
    rest = text.strip()
    while size(rest) > limit:
        end = _fitting_prefix(rest, limit)
        cut = _good_cut(rest, end)
        pieces.append(rest[:cut].rstrip())
        rest = rest[cut:].lstrip()
    return [*pieces, rest] if rest else pieces


def _fitting_prefix(text: str, limit: float) -> int:
    """The largest number of characters whose size is within the limit; at least one."""
    low, high = 1, min(len(text), int(limit))
    while low < high:
        middle = (low + high + 1) // 2
        if size(text[:middle]) <= limit:
            low = middle
        else:
            high = middle - 1
    return low


def _good_cut(text: str, end: int) -> int:
    floor = end // 2
    for separators in ("\n", (" | ", "; "), (", ", ": ", "\u3001", "\uff0c", "\u060c"), (" ", "\t", "\u00a0")):
        found = [text.rfind(mark, floor, end) + len(mark) for mark in separators if text.rfind(mark, floor, end) >= 0]
        if found:
            return max(found)
    return end
