"""Figures of one answer's text against the answers that are right, each in 0..1.

Texts are compared as SQuAD's script does (Rajpurkar et al., "SQuAD: 100,000+ Questions for Machine Comprehension of
Text", 2016): without case, punctuation and the articles a, an, the. Beyond it: any script's punctuation and signs, and
scripts that are written without spaces count by characters (as in Cui et al., CMRC 2018).
"""

import unicodedata
from collections import Counter
from collections.abc import Sequence

from docqa.core.scripts import script_of

_UNSPACED = frozenset({"Han", "Kana", "Thai", "Lao", "Khmer", "Burmese"})
_ARTICLES = frozenset({"a", "an", "the"})


def words(text: str) -> list[str]:
    """The words that are compared; of a text that is nothing else, articles too."""
    kept = "".join(_apart(char) for char in unicodedata.normalize("NFKC", text).casefold())
    found = kept.split()
    return [word for word in found if word not in _ARTICLES] or found


def exact_match(answer: str, right: Sequence[str]) -> float:
    """1 if the answer is one of the right ones."""
    said = words(answer)
    return float(bool(said) and any(said == words(one) for one in right))


def token_f1(answer: str, right: Sequence[str]) -> float:
    """Harmonic mean of the shares of words that answer and right answer have in common; the best of the right ones."""
    return max((_f1(words(answer), words(one)) for one in right), default=0.0)


def contains(text: str, right: Sequence[str]) -> float:
    """1 if the words of one of the right answers stand in the text, in their order and side by side.

    Of an answer of several lines, each line has to.
    """
    held = f" {' '.join(words(text))} "
    return float(any(_all_stand_in(held, [words(line) for line in one.splitlines()]) for one in right))


def overlap(part: Sequence[str], whole: Sequence[str]) -> float:
    """Share of the words of `part` that `whole` has, too; 0 for no words."""
    return sum((Counter(part) & Counter(whole)).values()) / len(part) if part else 0.0


def _all_stand_in(held: str, lines: Sequence[Sequence[str]]) -> bool:
    return any(lines) and all(f" {' '.join(line)} " in held for line in lines if line)


def _apart(char: str) -> str:
    """A character as it is compared: none where it is punctuation, a word of its own in scripts without spaces."""
    if char.isascii():
        return char if char.isalnum() or char.isspace() else ""
    if unicodedata.category(char)[0] in "PSC":
        return ""
    return f" {char} " if script_of(char) in _UNSPACED else char


def _f1(said: Sequence[str], right: Sequence[str]) -> float:
    common = sum((Counter(said) & Counter(right)).values())
    return 2 * common / (len(said) + len(right)) if common else 0.0
