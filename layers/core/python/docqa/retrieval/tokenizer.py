"""Text → index terms, the same for passages and questions.

NFKC and casefold; words by Unicode letters; numbers in one spelling; codes and identifiers as a whole beside their
parts; function words dropped; Snowball stems by script and language; character bigrams where words are not separated
(CJK, Thai, Lao, Khmer, Burmese). Stemming and function words were worth 3 to 13 points of nDCG@10 over whitespace
tokens on English sets, and bigrams are what makes Chinese work at all (0.19 to 0.99 on XQuAD).
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator
from typing import ClassVar

from docqa.retrieval import language
from docqa.retrieval.stemming import stem
from docqa.retrieval.stopwords import STOP_WORDS

MAX_TERM = 64
"""Longer tokens (hashes, encoded data) are cut: an index entry must stay small."""

# Combining marks belong to the word that they stand in; Python's \w does not know that (Devanagari, Arabic, Hebrew).
_MARKS = "".join(chr(c) for c in range(0x0300, 0x2000) if unicodedata.category(chr(c)) in ("Mn", "Mc"))
_WORD = re.compile(rf"\d+(?:[.,]\d+)+|[^\W_](?:[^\W_]|[{_MARKS}])*")
_ASCII_WORD = re.compile(r"\d+(?:[.,]\d+)+|[^\W_]+", re.ASCII)
# "ACME-1042", "10-K", "4.2(b)", "2024/17": what a digit makes more than words with a sign between them.
_IDENTIFIER = re.compile(r"(?<![^\W_])[^\W_]++(?:[-./_]++[^\W_]++|\([^\W_]{1,4}\))++")
_DIGIT, _LETTER = re.compile(r"\d"), re.compile(r"[^\W\d_]")
_NUMBER = re.compile(r"\d+(?:\.\d+)*")
_LOOSE = str.maketrans("", "", "-_")
"""Written with or without: "ACME-1042" and "ACME1042" are the same."""
# Thai and Lao; Burmese; Khmer; Kana; CJK ideographs with extensions; Hangul, whose particles stick to the word.
_UNSEPARATED = re.compile(
    "([\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3005-\u3007\u3040-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff"
    "\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff]+)"
)
_GROUPED = re.compile(r"\d{1,3}(?:([.,])\d{3})(?:\1\d{3})*(?:(?!\1)[.,]\d+)?")
_ZEROS = (0x0660, 0x06F0, 0x0966, 0x09E6, 0x0E50)  # Arabic-Indic, Persian, Devanagari, Bengali, Thai
_INVISIBLE = (0x00AD, 0x200B, 0x200C, 0x200D, 0x2060, 0xFEFF)  # soft hyphen, zero-width spaces and joiners
_CLEANED: dict[int, str | None] = {
    **{zero + value: str(value) for zero in _ZEROS for value in range(10)},
    **dict.fromkeys(_INVISIBLE),
    **dict.fromkeys((*range(0x2010, 0x2016), 0x2212), "-"),
}


class Tokenizer:
    """The `Analyzer` of the platform. Stateless and safe to share between threads."""

    version: ClassVar[str] = "2"

    def terms(self, text: str) -> dict[str, int]:
        """Index terms of a passage, each with its number of occurrences."""
        counts = Counter(_tokens(text))
        spoken = language.of_passage(counts)
        terms: Counter[str] = Counter()
        for token, count in counts.items():
            for term in _terms_of(token, spoken):
                terms[term] += count
        terms.update(_identifiers(text))
        return dict(terms)

    def query_terms(self, text: str) -> list[str]:
        """Distinct terms of a question, in order, stemmed in every language that it may be in."""
        tokens = list(_tokens(text))
        languages = language.of_query(tokens)
        # Only the likeliest language drops its function words: "die" is one in German and a word in English.
        found = (
            term
            for token in tokens
            if token not in STOP_WORDS[languages[0]]
            for spoken in languages
            for term in _terms_of(token, spoken)
        )
        return list(dict.fromkeys([*found, *_identifiers(text)]))


def words(text: str) -> Counter[str]:
    """Casefolded words, numbers and bigrams of a text, each with its number: at a fraction of what `terms` costs."""
    return Counter(_tokens(text))


def _cleaned(text: str) -> str:
    """Casefolded, in one form of each character."""
    return text.lower() if text.isascii() else unicodedata.normalize("NFKC", text).casefold().translate(_CLEANED)


def _identifiers(text: str) -> Iterator[str]:
    """Codes and identifiers as a whole, in one spelling; a plain number is none."""
    for found in _IDENTIFIER.findall(_cleaned(text)):
        if _DIGIT.search(found) and not _NUMBER.fullmatch(found):
            # a range or a date must not become a number
            yield (found.translate(_LOOSE) if _LETTER.search(found) else found)[:MAX_TERM]


def _tokens(text: str) -> Iterator[str]:
    """Casefolded words, numbers as written, bigrams."""
    is_ascii, text = text.isascii(), _cleaned(text)
    if is_ascii:
        yield from _ASCII_WORD.findall(text)
        return
    if not _UNSEPARATED.search(text):
        yield from _WORD.findall(text)
        return
    for index, run in enumerate(_UNSEPARATED.split(text)):
        if index % 2:
            yield from _bigrams(run)
        else:
            yield from _WORD.findall(run)


def _bigrams(run: str) -> Iterator[str]:
    if len(run) == 1:
        yield run
    for start in range(len(run) - 1):
        yield run[start : start + 2]


def _terms_of(token: str, spoken: str) -> tuple[str, ...]:
    """What one token is indexed as when the text around it is in the language `spoken`."""
    if token[0].isdigit():
        return _numbers(token[:MAX_TERM])
    if _UNSEPARATED.match(token):
        return (token,)
    word = token[:MAX_TERM]
    script = language.script_language(word)
    written = spoken if script is None else script
    if token in STOP_WORDS.get(written, ()):
        return ()
    stemmed = stem(word, written)
    return (stemmed,) if stemmed else ()  # of a mere lengthening of Arabic letters nothing is left


def _numbers(token: str) -> tuple[str, ...]:
    """A number in one spelling: 1,234.5 and 1.234,5 are "1234.5"; 3,5 is "3.5"; 1,2,3 is a list.

    A single group of three ("1,234") may be a thousand or a fraction, so that both are indexed.
    """
    if "," not in token and "." not in token:
        return (token,)
    if not _GROUPED.fullmatch(token):
        return tuple(token.split(",")) if token.count(",") > 1 else (token.replace(",", "."),)
    grouping = next(character for character in token if character in ".,")
    whole = token.replace(grouping, "").replace(",", ".")
    separators = token.count(",") + token.count(".")
    return (whole,) if separators > 1 else (whole, token.replace(",", "."))
