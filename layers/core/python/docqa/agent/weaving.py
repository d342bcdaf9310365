"""From what a model writes to statements with citations, sentence by sentence, each checked before it is shown."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from uuid import UUID

from docqa.agent.citing import cite
from docqa.agent.claims import Judge, Support
from docqa.agent.evidence import Candidate
from docqa.agent.fencing import ECHO
from docqa.agent.leaks import Leaks
from docqa.agent.state import Statement
from docqa.core.models import Citation
from docqa.core.text import sentence_spans

NOT_FOUND = "NOT FOUND"
UNSURE = 0
"""Marker of a quote that may or may not say what the sentence says."""
LONGEST = 8_000
"""Characters of an answer; what goes beyond is not read."""

_MARKERS = re.compile(r"\s*(?:\[\s*\d+(?:\s*[,;]\s*\d+)*\s*\]|【\d+[^】]*】)")
_MAYBE_MARKER = re.compile(r"\s*[\[【][\d\s,;]*$")
_NUMBER = re.compile(r"\d+")
_LEAD_IN = 12
"""Words of what merely leads to the next sentence, or asks; what is longer says something."""
_LIST_MARK = re.compile(r"(?:[-*•–]|\d{1,2}[.)])\s+")
_COLONS = (":", "：")
_NO_CLAIM = re.compile(r"[^\w]*$|.*[:：?？]$")


class Sentences:
    """Cuts a text that is still being written into sentences, each with the markers that follow it."""

    def __init__(self) -> None:
        self._rest = ""
        self._length = 0

    def feed(self, text: str) -> Iterator[str]:
        """The sentences that are complete now."""
        kept = text[: max(0, LONGEST - self._length)]
        self._length += len(kept)
        self._rest += kept
        while (end := self._end()) is not None:
            yield self._rest[:end]
            self._rest = self._rest[end:]

    def end(self) -> Iterator[str]:
        """What is left when nothing more comes."""
        if self._rest.strip():
            yield self._rest
        self._rest = ""

    def _end(self) -> int | None:
        """Where the first sentence ends with its markers; None while more may belong to it."""
        spans = sentence_spans(self._rest)
        if not spans:
            return None
        end = spans[0][1]
        while marker := _MARKERS.match(self._rest, end):
            end = marker.end()
        following = self._rest[end:]
        if not following.strip() or _MAYBE_MARKER.match(following):
            return None
        return end + len(following) - len(following.lstrip())


class Weaver:
    """Of one answer. Sentences wait until one follows that is supported and holds what is asked for, or the end; those
    that `leaks` finds are left out.

    `tools`: passages that stand in no document (id → the tool that said it). What they say has no citation.
    `answers`: whether a sentence holds what is asked for, as far as that can be told.
    """

    def __init__(
        self,
        judge: Judge,
        leaks: Leaks,
        tools: Mapping[UUID, str] | None = None,
        answers: Callable[[str], bool] = lambda sentence: True,
    ) -> None:
        self._judge = judge
        self._leaks = leaks
        self._tools = tools or {}
        self._answers = answers
        self._sentences = Sentences()
        self._citations: dict[tuple[object, str], Citation] = {}
        self._waiting: list[Statement] = []
        self._echoes = False
        self.supported = 0
        self.refused = False

    def feed(self, text: str) -> Iterator[Statement]:
        """What can be shown now."""
        for sentence in self._sentences.feed(text):
            yield from self._checked(sentence)

    def end(self) -> Iterator[Statement]:
        """The rest. Nothing at all is shown of an answer without one supported sentence that answers."""
        for sentence in self._sentences.end():
            yield from self._checked(sentence)
        while self._waiting and self._waiting[-1].text.endswith(_COLONS):  # what they led to is not shown
            self._waiting.pop()
        if self.supported:
            yield from self._waiting
        self._waiting = []

    def _checked(self, written: str) -> Iterator[Statement]:
        claim, cited, after = _parted(written)
        if not claim:
            return
        if claim.strip(" .*_\"'").upper().startswith(NOT_FOUND):
            self.refused = True
            return
        self._echoes = self._echoes or ECHO.search(written) is not None
        if self._echoes or self._leaks.found(claim):
            return
        if (_NO_CLAIM.match(claim) and len(claim.split()) <= _LEAD_IN) or self._judge.restates(claim):
            self._waiting.append(Statement(claim, after=after))
            return
        support = self._judge.best(_LIST_MARK.sub("", claim, count=1), cited)
        source = "" if support is None else self._tools.get(support.hit.chunk_id, "")
        if support is None or not support.holds:
            cited_weakly = support is not None and support.weak and not source
            perhaps = self._cited(support, UNSURE) if support is not None and cited_weakly else None
            self._waiting.append(Statement(claim, after=after, supported=False, perhaps=perhaps))
            return
        self._waiting.append(Statement(claim, () if source else (self._cited(support),), after, source=source))
        if self.supported or self._answers(claim):
            self.supported += 1
            yield from self._waiting
            self._waiting = []

    def _cited(self, support: Support, marker: int | None = None) -> Citation:
        """The same quote keeps its marker."""
        if marker is not None:
            return _citation(support, marker)
        place = (support.hit.chunk_id, support.piece.text)
        if place not in self._citations:
            self._citations[place] = _citation(support, len(self._citations) + 1)
        return self._citations[place]


def _citation(support: Support, marker: int) -> Citation:
    return cite(Candidate(support.hit, support.piece, frozenset(), support.share, fits_kind=True), marker)


def _parted(written: str) -> tuple[str, Sequence[int], str]:
    """The sentence without markers, the sources it names (counted from 0), and the white space after it."""
    body = written.rstrip()
    space = written[len(body) :]
    after = "\n" if "\n" in space else " " if space else ""
    cited = [int(number) - 1 for marker in _MARKERS.findall(body) for number in _NUMBER.findall(marker)[:4]]
    return _MARKERS.sub("", body).strip(), cited, after
