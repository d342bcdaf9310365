"""Words as the peers' users are told to make them: lower case, stop words out, Snowball stems; Chinese by jieba."""

import re
from collections.abc import Callable
from functools import cache

LANGUAGES = {"en": "english", "de": "german", "ar": "arabic", "zh": "chinese"}
_WORD = re.compile(r"(?u)\b\w\w+\b")


def words_of(language: str) -> Callable[[str], list[str]]:
    """A function from text to its index terms; `language`: two letters."""
    import bm25s.stopwords as lists

    # There are no Arabic ones in bm25s.
    stop = {
        "en": lists.STOPWORDS_EN,
        "de": lists.STOPWORDS_GERMAN,
        "zh": lists.STOPWORDS_CHINESE,
    }.get(language, ())
    stopped = frozenset(stop)
    if language == "zh":
        return lambda text: [word for word in _segmented(text) if word not in stopped]
    import Stemmer

    stemmer = Stemmer.Stemmer(LANGUAGES[language])
    return lambda text: stemmer.stemWords([word for word in _WORD.findall(text.lower()) if word not in stopped])


def _segmented(text: str) -> list[str]:
    return [word for word in _cutter()(text.lower()) if any(map(str.isalnum, word))]


@cache
def _cutter() -> Callable[[str], list[str]]:
    import logging

    import jieba

    jieba.setLogLevel(logging.WARNING)
    cut: Callable[[str], list[str]] = jieba.lcut_for_search
    return cut
