"""What `ask/stream` sends, in order; each class is one SSE event and its JSON body."""

from typing import Annotated, ClassVar
from uuid import UUID

from pydantic import Field

from docqa.core.models import Citation, Hit, Model, Usage
from docqa.core.models.tools import PendingCall


class AskEvent(Model):
    """Base of all; `name` is the SSE event name."""

    name: ClassVar[str]


class StepEvent(AskEvent):
    """A node of the answering pipeline began or ended. `status` is "started" or "done"; `ms` its duration when done."""

    name = "step"
    node: str
    status: str
    detail: str = ""
    ms: float | None = None


class SourcesEvent(AskEvent):
    """The passages that the answer may draw on."""

    name = "sources"
    hits: tuple[Hit, ...]


class TokenEvent(AskEvent):
    """The next piece of the answer's text."""

    name = "token"
    text: str


class CitationEvent(AskEvent, Citation):
    """Evidence for the marker that was just written."""

    name = "citation"

    @classmethod
    def of(cls, citation: Citation) -> "CitationEvent":
        return cls(**citation.model_dump())


class CorrectionEvent(AskEvent):
    """Text that replaces what was shown so far."""

    name = "correction"
    text: str


class UsageEvent(AskEvent, Usage):
    """What the answer took."""

    name = "usage"


class DoneEvent(AskEvent):
    """The whole answer, as stored. `grounded` is False when the documents do not hold an answer.

    `pending`: calls of tools that wait for the user's yes; left out where there are none.
    """

    name = "done"
    conversation_id: UUID
    message_id: UUID
    answer: str
    citations: tuple[Citation, ...]
    grounded: bool
    pending: Annotated[tuple[PendingCall, ...], Field(exclude_if=lambda calls: not calls)] = ()


class ErrorEvent(AskEvent):
    """The stream ends here without `done`."""

    name = "error"
    code: str
    message: str
    retryable: bool
