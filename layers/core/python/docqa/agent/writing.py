"""An answer as it is sent: tokens, with each citation right after its marker."""

from collections.abc import Iterator

from docqa.agent.state import Draft, Statement
from docqa.core.events import AskEvent, CitationEvent, TokenEvent
from docqa.core.text import token_groups

UNSUPPORTED = " [?]"
"""Follows a sentence that no passage says."""


class Writer:
    """Of one answer. The tokens joined are its text; each citation is sent once."""

    def __init__(self) -> None:
        self._sent: set[int] = set()

    def events(self, statement: Statement) -> Iterator[AskEvent]:
        for token in token_groups(statement.text):
            yield TokenEvent(text=token)
        for number, citation in enumerate(statement.citations):
            yield TokenEvent(text=f"{' ' if number == 0 else ''}[{citation.marker}]")
            if citation.marker not in self._sent:
                self._sent.add(citation.marker)
                yield CitationEvent.of(citation)
        if statement.source:
            yield TokenEvent(text=f" ({statement.source})")
        if not statement.supported:
            yield TokenEvent(text=UNSUPPORTED)
        if statement.after:
            yield TokenEvent(text=statement.after)


def text_of(draft: Draft) -> str:
    """The whole answer."""
    writer = Writer()
    events = (event for statement in draft.statements for event in writer.events(statement))
    return "".join(event.text for event in events if isinstance(event, TokenEvent))
