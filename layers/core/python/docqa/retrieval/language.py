"""Which stemmer a word gets: by its script, and for the Latin script by the function words around it."""

from collections.abc import Iterable, Mapping

from docqa.retrieval.stopwords import LATIN_LANGUAGES, STOP_WORDS

DEFAULT = "english"
"""For text without a function word: tables, identifiers, lists of names."""

_SCRIPTS = (
    (0x0370, 0x03FF, "greek"),
    (0x0400, 0x052F, "russian"),
    (0x0600, 0x06FF, "arabic"),
    (0x0750, 0x077F, "arabic"),
    (0x0900, 0x097F, "hindi"),
    (0x0B80, 0x0BFF, "tamil"),
)
_LAST_LATIN = 0x024F

_LANGUAGES_OF_WORD: dict[str, tuple[str, ...]] = {
    word: tuple(language for language in LATIN_LANGUAGES if word in STOP_WORDS[language])
    for spoken in LATIN_LANGUAGES
    for word in STOP_WORDS[spoken]
}


def script_language(word: str) -> str | None:
    """The language that a non-Latin script stands for, "" for a script without a stemmer, None for Latin."""
    first = ord(word[0])
    if first <= _LAST_LATIN:
        return None
    return next((language for low, high, language in _SCRIPTS if low <= first <= high), "")


def evidence(words: Mapping[str, int] | Iterable[str]) -> dict[str, float]:
    """How strongly the function words speak for each Latin-script language.

    A word that several languages share counts for each of them in part, so that rare, telling words decide.
    """
    scores: dict[str, float] = {}
    counted = words.items() if isinstance(words, Mapping) else ((word, 1) for word in words)
    for word, count in counted:
        languages = _LANGUAGES_OF_WORD.get(word, ())
        for language in languages:
            scores[language] = scores.get(language, 0.0) + count / len(languages)
    return scores


def of_passage(words: Mapping[str, int]) -> str:
    """The one language that a passage is indexed in."""
    scores = evidence(words)
    # Of equals the same one that `of_query` names first: both drop the same function words.
    return min(scores, key=lambda language: (-scores[language], language)) if scores else DEFAULT


def of_query(words: Iterable[str]) -> tuple[str, ...]:
    """The languages that a question may be looked up in, likeliest first.

    The clear winner, or every language near it. Without a function word every language is possible. The default always
    takes part, because passages without function words were indexed in it.
    """
    scores = evidence(words)
    if not scores:
        return (DEFAULT, *(language for language in LATIN_LANGUAGES if language != DEFAULT))
    best = max(scores.values())
    likely = sorted((lang for lang in scores if scores[lang] >= 0.7 * best), key=lambda lang: (-scores[lang], lang))
    return tuple(dict.fromkeys((*likely, DEFAULT)))
