"""Documents that a question names by what they are called: "in the 2022 report", "according to the crew handbook"."""

import re
from collections.abc import Sequence

from docqa.core.models import DocumentView

_NAMED = re.compile(
    r"\b(?:in|from|of|to|per)\s+(?:the|our|this year's|last year's)\s+(?P<what>(?:[\w&'-]+\s+){1,4}?)"
    r"(?P<kind>report|document|file|handbook|paper|minutes|presentation|contract|agreement|manual|slides|sheet|letter"
    r"|policy|guide|statement)\b"
    r"|\bim\s+(?P<was>(?:[\w-]+\s+){0,3}?)(?P<art>\w*bericht|handbuch|vertrag|protokoll)\b",
    re.IGNORECASE,
)
_WORDS = re.compile(r"[^\W_]+")


def names_documents(question: str) -> bool:
    """Whether it is worth looking at what the documents are called."""
    return _NAMED.search(question) is not None


def documents_named(question: str, documents: Sequence[DocumentView]) -> list[DocumentView]:
    """Those whose file name or title holds every word of what the question calls them; none if that is all or nothing.

    What kind of thing it is ("report") counts only when a name says it, too.
    """
    match = _NAMED.search(question)
    if match is None:
        return []
    wanted = _words(match["what"] or match["was"] or "") or _words(match["art"] or "")
    kind = _words(match["kind"] or match["art"] or "")
    found = [view for view in documents if wanted and wanted <= _called(view)]
    of_kind = [view for view in found if kind <= _called(view)]
    chosen = of_kind or found
    return chosen if len(chosen) < len(documents) else []


def _called(view: DocumentView) -> set[str]:
    return _words(f"{view.filename.rpartition('.')[0]} {view.metadata.title or ''}")


def _words(text: str) -> set[str]:
    return {word.casefold() for word in _WORDS.findall(text)}
