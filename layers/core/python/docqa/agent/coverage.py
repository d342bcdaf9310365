"""What a search could look at, and what not: how many documents, which are not ready, which pages could not be read."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from docqa.core.models import DocumentView, Question, Status
from docqa.core.ports import DocumentStore

NAMED = 5
"""Documents that are named of a kind; more are counted."""
PAGES = 10
_UNREAD = frozenset({"page_unreadable", "page_without_text", "part_unreadable", "truncated"})


@dataclass(frozen=True)
class Coverage:
    """`searched`: documents that answer. `unread`: file name → pages that hold nothing readable, none if no page is
    known."""

    searched: int
    waiting: tuple[str, ...]
    failed: tuple[str, ...]
    unread: tuple[tuple[str, tuple[int, ...]], ...]

    def sentences(self) -> str:
        """For people; "" when there is nothing to tell."""
        told = [
            _named(self.waiting, "is not ready yet", "are not ready yet"),
            _named(self.failed, "could not be processed", "could not be processed"),
            _named([_pages(*each) for each in self.unread], "could not be read", "could not be read"),
        ]
        found = " ".join(filter(None, told))
        if not self.searched:
            return f"There is no document to search. {found}".strip()
        return found


async def coverage_of(question: Question, documents: DocumentStore) -> Coverage:
    """Of the documents that the question may look at. Raises DependencyUnavailable."""
    views = await documents.list_documents(question.tenant_id, collection_ids=question.collection_ids)
    wanted = question.document_ids
    asked = [view for view in views if wanted is None or view.document_id in wanted]
    return Coverage(
        searched=sum(view.active_version is not None for view in asked),
        waiting=_files(asked, Status.PROCESSING, Status.AWAITING_UPLOAD),
        failed=_files(asked, Status.FAILED),
        unread=tuple((view.filename, pages) for view in asked for pages in _unread(view)),
    )


def _files(views: Iterable[DocumentView], *states: Status) -> tuple[str, ...]:
    """Of those that do not answer at all: an older version may."""
    return tuple(view.filename for view in views if view.status in states and view.active_version is None)


def _unread(view: DocumentView) -> list[tuple[int, ...]]:
    if view.active_version is None:
        return []
    found = [warning for warning in view.warnings if warning.code in _UNREAD]
    pages = sorted({page for warning in found for page in warning.pages})
    return [tuple(pages)] if found else []


def _pages(filename: str, pages: Sequence[int]) -> str:
    if not pages:
        return f"a part of {filename}"
    shown = ", ".join(str(page) for page in pages[:PAGES]) + (" …" if len(pages) > PAGES else "")
    return f"page{'s' * (len(pages) > 1)} {shown} of {filename}"


def _named(names: Sequence[str], one: str, many: str) -> str:
    if not names:
        return ""
    more = len(names) - NAMED
    listed = ", ".join(names[:NAMED]) + (f" and {more} more" if more > 0 else "")
    text = f"{listed} {one if len(names) == 1 else many}."
    return text[0].upper() + text[1:] if text.startswith(("page", "a part")) else text
