"""Where a text may be cut without taking a character as people see it apart.

An approximation of Unicode's extended grapheme clusters (UAX #29) with what the standard library knows: combining
marks, joiners, emoji sequences, flags, Hangul syllables written in letters, vowels that stand behind their consonant.
It never cuts inside a cluster; rarely it leaves two together.
"""

import unicodedata

_JOINERS = "\u200c\u200d"
_TRAILING_VOWELS = "\u0e33\u0eb3"  # Thai and Lao SARA AM, letters by category
_LEADING_VOWELS = "\u0e40\u0e41\u0e42\u0e43\u0e44\u0ec0\u0ec1\u0ec2\u0ec3\u0ec4"  # written before their consonant
_VIRAMA = 9
_MAX_CLUSTER = 64
"""Longer runs of combining marks are no writing; they may be cut."""


def may_cut(text: str, at: int) -> bool:
    """Whether the text may be cut before the character at this offset."""
    if at <= 0 or at >= len(text):
        return True
    left, right = text[at - 1], text[at]
    if right.isascii() and left.isascii():
        return not (left == "\r" and right == "\n")
    if right in _JOINERS or left == "\u200d" or right in _TRAILING_VOWELS or left in _LEADING_VOWELS:
        return False
    if unicodedata.category(right) in ("Mn", "Mc", "Me") or "\U0001f3fb" <= right <= "\U0001f3ff":
        return False
    if unicodedata.combining(left) == _VIRAMA and unicodedata.category(right) == "Lo":
        return False  # a conjunct of two consonants
    if _is_flag_half(left) and _is_flag_half(right):
        return _flag_halves_before(text, at) % 2 == 0
    return not (_is_jamo(left) and _is_jamo(right))


def cut_before(text: str, at: int) -> int:
    """The last offset up to `at` where the text may be cut; `at` itself when none is near."""
    for place in range(at, max(-1, at - _MAX_CLUSTER), -1):
        if may_cut(text, place):
            return place
    return at


def cut_after(text: str, at: int) -> int:
    """The first offset from `at` on where the text may be cut."""
    while at < len(text) and not may_cut(text, at):
        at += 1
    return at


def _is_flag_half(character: str) -> bool:
    return "\U0001f1e6" <= character <= "\U0001f1ff"


def _flag_halves_before(text: str, at: int) -> int:
    count = 0
    while count < at and _is_flag_half(text[at - 1 - count]):
        count += 1
    return count


def _is_jamo(character: str) -> bool:
    return "\u1100" <= character <= "\u11ff" or "\ua960" <= character <= "\ua97c" or "\ud7b0" <= character <= "\ud7fb"
