"""Documents that a question names by what they are called: "in the 2022 report", "in sales.csv", "the handbook"."""

import re
from collections.abc import Sequence

from docqa.core.models import DocumentView, Format

_NAMED = re.compile(
    r"\b(?:in|from|of|to|per)\s+(?:the|our|this year's|last year's)\s+(?P<what>(?:[\w&'-]+\s+){1,4}?)"
    r"(?P<kind>report|document|file|handbook|paper|minutes|presentation|contract|agreement|manual|slides|sheet|letter"
    r"|policy|guide|statement|list|table|spreadsheet|workbook|dataset|data|stock|inventory|register|log|ledger|budget"
    r"|catalogue|catalog)\b"
    r"|\bim\s+(?P<was>(?:[\w-]+\s+){0,3}?)(?P<art>\w*bericht|handbuch|vertrag|protokoll)\b",
    re.IGNORECASE,
)
_AROUND = "\"'`()[]?!,;:."
_WORDS = re.compile(r"[^\W_]+")


def names_documents(question: str) -> bool:
    """Whether it is worth looking at what the documents are called."""
    names_file = any(Format.of_filename(word.strip(_AROUND)) for word in question.split() if "." in word)
    return names_file or _NAMED.search(question) is not None


def documents_named(question: str, documents: Sequence[DocumentView]) -> list[DocumentView]:
    """Those whose file name the question holds, or whose file name or title holds every word of what it calls them.

    None if that is all of them or nothing. What kind of thing it is ("report") counts only when a name says it, too.
    """
    chosen = (
        _by_file_name(question, documents) or _by_what_they_are(question, documents) or _by_words(question, documents)
    )
    return chosen if len(chosen) < len(documents) else []


def _by_file_name(question: str, documents: Sequence[DocumentView]) -> list[DocumentView]:
    said = question.casefold()
    names = {view.filename.casefold() for view in documents if "." in view.filename}
    found = {name for name in names if re.search(rf"(?<![\w.-]){re.escape(name)}(?!\w)", said)}
    return [view for view in documents if view.filename.casefold() in found]


def _by_what_they_are(question: str, documents: Sequence[DocumentView]) -> list[DocumentView]:
    match = _NAMED.search(question)
    if match is None:
        return []
    wanted = _words(match["what"] or match["was"] or "") or _words(match["art"] or "")
    kind = _words(match["kind"] or match["art"] or "")
    found = [view for view in documents if wanted and wanted <= _called(view)]
    return [view for view in found if kind <= _called(view)] or found


def _by_words(question: str, documents: Sequence[DocumentView]) -> list[DocumentView]:
    """Those whose file name, of two words at least, is said as it stands: "the crew handbook"."""
    said = f" {' '.join(_listed(question))} "
    names = ((_listed(view.filename.rpartition(".")[0]), view) for view in documents)
    return [view for words, view in names if len(words) > 1 and f" {' '.join(words)} " in said]


def _called(view: DocumentView) -> set[str]:
    return _words(f"{view.filename.rpartition('.')[0]} {view.metadata.title or ''}")


def _words(text: str) -> set[str]:
    return set(_listed(text))


def _listed(text: str) -> list[str]:
    return [word.casefold() for word in _WORDS.findall(text)]
