"""What is not indexed: the function words of the languages that have a stemmer.

The lists are not for completeness: BM25 gives the frequent words that are left a low weight by itself.
"""

from types import MappingProxyType

from docqa.core.function_words import FUNCTION_WORDS

_CODES = {
    "english": "en",
    "german": "de",
    "french": "fr",
    "spanish": "es",
    "italian": "it",
    "portuguese": "pt",
    "dutch": "nl",
    "swedish": "sv",
    "danish": "da",
    "turkish": "tr",
}

STOP_WORDS = MappingProxyType({name: FUNCTION_WORDS[code] for name, code in _CODES.items()})
"""Language (Snowball's name) → its function words, casefolded, NFKC."""

LATIN_LANGUAGES = tuple(STOP_WORDS)
