"""What the nodes of the agent share: the state they pass on, and the tools they are lent for one question."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import TypedDict
from uuid import UUID

from docqa.agent.evidence import Candidate, Evidence
from docqa.agent.summary import Point
from docqa.agent.tables import TableQuestion
from docqa.agent.toolbox import Toolbox
from docqa.core.events import AskEvent
from docqa.core.models import Citation, Hit, Question, Turn
from docqa.core.models.chat import Asker
from docqa.core.models.tools import PendingCall, PlannedCall, ToolOutput
from docqa.core.ports import (
    Analyzer,
    ConversationStore,
    DocumentStore,
    MemoryStore,
    PairScorer,
    PassageReader,
    Retriever,
)
from docqa.core.ports.chat import ChatRouter


@dataclass(frozen=True, kw_only=True)
class Tools:
    """Lent for one question. `emit` sends an event to the one who asked, at once."""

    retriever: Retriever
    scorer: PairScorer
    analyzer: Analyzer
    models: ChatRouter
    conversations: ConversationStore
    memories: MemoryStore
    documents: DocumentStore
    passages: PassageReader
    toolbox: Toolbox
    asker: Asker
    emit: Callable[[AskEvent], None]


class Intent(StrEnum):
    """What a question wants."""

    DOCUMENTS = "documents"
    SMALL_TALK = "small talk"
    REMEMBER = "remember"
    SUMMARY = "summary"


class Grade(StrEnum):
    """Whether what was found answers the question (CRAG, arXiv 2401.15884)."""

    ENOUGH = "enough"
    PARTLY = "partly"
    NOT = "not in the documents"


@dataclass(frozen=True)
class Statement:
    """A piece of the answer. `text` is followed by the markers of its citations, and then by `after`.

    `supported` is False for a sentence of a model that no passage says; it is shown with a mark. `computed`: from the
    rows that it cites, none of which says it.
    """

    text: str
    citations: tuple[Citation, ...] = ()
    after: str = ""
    supported: bool = True
    computed: bool = False
    source: str = ""
    """The tool that says it, where no document does."""
    perhaps: Citation | None = None
    """Of a sentence that rules do not find supported: the quote that may say it in other words."""


@dataclass(frozen=True)
class Draft:
    """An answer. Not grounded: the documents do not hold one, the citations are near misses."""

    statements: tuple[Statement, ...]
    grounded: bool

    @property
    def citations(self) -> tuple[Citation, ...]:
        """Each once, in the order of their markers."""
        found = {citation.marker: citation for statement in self.statements for citation in statement.citations}
        return tuple(found[marker] for marker in sorted(found))


class State(TypedDict, total=False):
    """Filled from top to bottom; a node returns only what it changed."""

    question: Question
    turns: tuple[Turn, ...]
    asked: str
    """The question as it stands alone."""
    intent: Intent
    fact: str
    """What is to be remembered."""
    queries: tuple[str, ...]
    """What to search, the first being the question itself."""
    searched: tuple[str, ...]
    within: tuple[UUID, ...] | None
    """Documents that the question names, of those that it may look at."""
    tries: int
    hits: list[Hit]
    evidence: Evidence
    table: TableQuestion | None
    """A question about the rows of a table, which the passages alone do not answer."""
    table_read: bool
    """Whether that table was looked at already."""
    besides: str
    """What a refusal has to say of what could not be looked at."""
    calls: tuple[PlannedCall, ...]
    """Of tools, to be made after the documents were searched."""
    outputs: tuple[ToolOutput, ...]
    """What tools said."""
    pending: tuple[PendingCall, ...]
    """Calls that wait for the user's yes."""
    grade: Grade
    points: list[Point]
    """What the sections of a whole document say."""
    computed: Draft
    """What a table says when it is computed."""
    chosen: list[Candidate]
    """The pieces that answer by themselves; none if nothing does."""
    draft: Draft
    detail: str
    """What the node that ran last says of its work, for people."""
