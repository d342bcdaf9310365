"""Cutting what is too long for a passage, at the best place before the limit."""

import re
from collections.abc import Iterator

from docqa.chunking.graphemes import cut_after, cut_before
from docqa.core.ports import TokenCounter

_WINDOW = 12
"""Characters of a token at most, by and large: more of a text than this for each token is not looked at in one step."""

_ENDS = (
    ("\n",),
    (" | ", "; ", "\uff1b", "\u061b"),
    (", ", ": ", "\u3001", "\uff0c", "\uff1a", "\u060c", " \u2013 ", " \u2014 "),
    (" ", "\t", "\u00a0", "\u3000"),
)
"""Good places to cut, best first: ends of lines, of cells and clauses, of phrases, of words."""


def long_cuts(text: str, limit: int, tokens: TokenCounter) -> Iterator[tuple[int, int]]:
    """Offsets of parts within the limit of tokens which, white space between them apart, are the whole text."""
    at, end = _trimmed(text, 0, len(text))
    while at < end:
        window = min(end, at + limit * _WINDOW)
        if window == end and tokens.count([text[at:end]])[0] <= limit:
            yield at, end
            return
        longest = fitting_prefix(text[at:window], limit, tokens)
        cut = at + _good_cut(text[at:window], longest)
        yield _trimmed(text, at, cut)
        at = _trimmed(text, cut, end)[0]


def fitting_prefix(text: str, limit: int, tokens: TokenCounter) -> int:
    """The number of characters that stay within the limit, close to the largest; at least one whole character."""
    low, high = 0, len(text)
    while low < high:
        middle = (low + high + 1) // 2
        if tokens.count([text[:middle]])[0] <= limit:
            low = middle
        else:
            high = middle - 1
    low = cut_before(text, low)
    while low and tokens.count([text[:low]])[0] > limit:  # a word cut short may have more tokens than the word
        low = cut_before(text, low - 1)
    return low or cut_after(text, 1)


def fitting_suffix(text: str, limit: int, tokens: TokenCounter) -> int:
    """Where the longest run of whole words at the end begins that stays within the limit."""
    starts = [match.start() for match in re.finditer(r"(?<!\S)\S", text)]
    left, right = 0, len(starts)
    while left < right:
        middle = (left + right) // 2
        if tokens.count([text[starts[middle] :]])[0] <= limit:
            right = middle
        else:
            left = middle + 1
    return starts[left] if left < len(starts) else len(text)


def word_cut(text: str, end: int) -> int:
    """The end of the last word before `end`; `end` itself in a text without spaces; 0 if a word only begins there."""
    if end >= len(text) or text[end].isspace() or text[end - 1].isspace():
        return end
    spaces = [text.rfind(space, 0, end) for space in (" ", "\n", "\t", "\u00a0")]
    cut = max(spaces) + 1
    return cut if cut or _has_space(text, end) else end


def _has_space(text: str, start: int) -> bool:
    """Whether a word that goes over `start` ends soon after it, as words do in scripts with spaces."""
    return any(character.isspace() for character in text[start : start + 30]) or len(text) - start < 30


def _good_cut(text: str, end: int) -> int:
    """A good place in the second half of the part that fits; its end if there is none."""
    floor = end // 2
    for marks in _ENDS:
        found = [text.rfind(mark, floor, end) + len(mark) for mark in marks if text.rfind(mark, floor, end) >= 0]
        if found:
            return max(found)
    return end


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    """The offsets without the white space at both ends."""
    part = text[start:end]
    left = start + len(part) - len(part.lstrip())
    return left, max(left, start + len(part.rstrip()))
