"""What the nodes of the answering pipeline share: the state they pass on and the parts they call."""

from dataclasses import dataclass
from typing import TypedDict

from docqa.agent.evidence import Candidate, Evidence
from docqa.core.models import Citation, Hit, Question
from docqa.core.ports import Analyzer, PairScorer, Retriever


@dataclass(frozen=True)
class Parts:
    """The nodes' dependencies."""

    retriever: Retriever
    scorer: PairScorer
    analyzer: Analyzer


@dataclass(frozen=True)
class Statement:
    """A piece of the answer. `text` is followed by the marker of its citation, if it has one, and then by `after`."""

    text: str
    citation: Citation | None = None
    after: str = ""


@dataclass(frozen=True)
class Draft:
    """An answer before it is shown. Not grounded: the documents do not hold one, the citations are near misses."""

    statements: tuple[Statement, ...]
    grounded: bool

    @property
    def citations(self) -> tuple[Citation, ...]:
        return tuple(statement.citation for statement in self.statements if statement.citation)


class State(TypedDict, total=False):
    """Filled from top to bottom; a node returns only what it changed."""

    question: Question
    hits: list[Hit]
    evidence: Evidence
    chosen: list[Candidate]
    """The pieces that answer; none if nothing does."""
    draft: Draft
    detail: str
    """What the node that ran last says of its work, for people."""
