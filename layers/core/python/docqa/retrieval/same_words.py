"""Whether two questions ask with the same words: what a likeness of vectors cannot tell.

Case, order, the definite article, punctuation and polite frames make no difference; every other word, number and sign
does. The frames are English; in other languages fewer questions are the same, and none is wrongly so.
"""

import re
import unicodedata

_FRAMES = re.compile(
    r"""['’]s\b
    | \b(?:please
        | (?:can|could|would|will)\ you\ (?:please\ )?(?:tell|show|explain\ to)\ (?:me|us)
        | do\ you\ know | tell\ me | i\ want\ to\ know | i\ would\ like\ to\ know
        | according\ to\ the\ (?:documents?|text|files?|report)
        | in\ the\ documents?)\b""",
    re.VERBOSE,
)
_TOKEN = re.compile(r"\d+(?:[.,]\d+)*|[^\W_]+|[^\w\s]|_")
_SILENT = frozenset("""the ? ! . , ; : " ' ’ ‘ “ ” ( )""".split())
_ALIKE = {"which": "what"}


def words_of(text: str) -> tuple[str, ...]:
    """The words that decide, sorted, with repetitions."""
    plain = _FRAMES.sub(" ", unicodedata.normalize("NFC", text).casefold())
    return tuple(sorted(_ALIKE.get(token, token) for token in _TOKEN.findall(plain) if token not in _SILENT))
