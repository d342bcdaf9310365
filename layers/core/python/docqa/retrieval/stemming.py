"""Snowball stemmers (https://snowballstem.org), loaded on first use, with a cache of stems."""

import importlib
import threading
import unicodedata
from functools import cache, lru_cache
from typing import Protocol

_CACHED_STEMS = 100_000
_SHORTEST = 3
"""Words shorter than this are left alone: there is nothing to strip but the word itself."""

_lock = threading.Lock()
# Harakat, Koranic marks and the tatweel carry no meaning for search; hamza carriers are written inconsistently.
_ARABIC = {
    **dict.fromkeys((0x0640, 0x0670, *range(0x0610, 0x061B), *range(0x064B, 0x0660), *range(0x06D6, 0x06EE))),
    **dict.fromkeys(map(ord, "أإآٱ"), "ا"),
    ord("ى"): "ي",
}
_HEH, _TEH_MARBUTA = "هة"


class _Stemmer(Protocol):
    def stemWord(self, word: str) -> str: ...


@cache
def _stemmer(language: str) -> _Stemmer:
    """The pure Python class itself: the package's factory prefers PyStemmer, whose algorithms may differ."""
    module = importlib.import_module(f"snowballstemmer.{language}_stemmer")
    stemmer: _Stemmer = getattr(module, f"{language.title()}Stemmer")()
    return stemmer


@lru_cache(maxsize=_CACHED_STEMS)
def stem(word: str, language: str) -> str:
    """Stem of a casefolded word, without accents; `language` "" only removes accents."""
    if language == "arabic":
        word = word.translate(_ARABIC) or word
        if word.endswith(_HEH):  # the common spelling of the feminine ending, which the stemmer strips
            word = word[:-1] + _TEH_MARBUTA
    if language and len(word) >= _SHORTEST and not word.isdigit():
        with _lock:  # a stemmer keeps the word that it works on in itself
            word = _stemmer(language).stemWord(word)
    return word if word.isascii() or language in ("hindi", "tamil", "arabic") else _without_accents(word)


def _without_accents(word: str) -> str:
    """People type "cafe" and "cafés": the accent goes after stemming, which needs it."""
    letters = unicodedata.normalize("NFD", word)
    return "".join(letter for letter in letters if not unicodedata.combining(letter)) or word
