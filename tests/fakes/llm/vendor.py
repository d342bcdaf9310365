"""What the contract suite asks of each vendor's API: one class each, all with the same answers in their own shapes."""

import json
from abc import ABC, abstractmethod
from collections.abc import Sequence
from enum import StrEnum
from typing import Any, ClassVar

from tests.fakes.llm.server import Reply, Request

KEY = "key-of-the-platform"
TEXT = ("The ferry ", "leaves at ", "nine ⛴.")
ARGUMENTS = {"query": "ferries", "limit": 3}
INPUT_TOKENS, OUTPUT_TOKENS = 31, 12
RETRY_AFTER_S = 7


class Refusal(StrEnum):
    """Ways in which a vendor says no, before an answer has begun."""

    KEY = "wrong key"
    FORBIDDEN = "key may not"
    CREDIT = "no credit"
    MODEL = "unknown model"
    CONTEXT = "context too long"
    REQUEST = "bad request"
    LIMITED = "rate limit"
    BROKEN = "internal error"
    OVERLOADED = "overloaded"


class Vendor(ABC):
    """`answer` is what a server of the vendor says: a wrong request is refused; a right one gets the next of `replies`,
    or an answer that says the next of `scripts`."""

    provider: ClassVar[str]
    key: str = KEY
    path: ClassVar[str]
    base_path: ClassVar[str] = ""
    """What the SDK wants in its base URL."""

    def __init__(self) -> None:
        self.replies: list[Reply] = []
        self.scripts: list[Sequence[str]] = []

    def answer(self, request: Request) -> Reply:
        problem = self.problem(request)
        if problem is not None:
            return problem
        if self.replies:
            return self.replies.pop(0)
        text = self.scripts.pop(0) if self.scripts else TEXT
        return self.success(stream=self.streams(request), text=text)

    def problem(self, request: Request) -> Reply | None:
        """The vendor's refusal of a request that is wrong, None for a right one."""
        if request.path != self.path:
            return self.refusal(Refusal.MODEL)
        if request.headers.get("authorization") != f"Bearer {self.key}":
            return self.refusal(Refusal.KEY)
        return None

    def streams(self, request: Request) -> bool:
        return bool(request.body.get("stream"))

    def success(self, *, stream: bool, text: Sequence[str] = TEXT) -> Reply:
        return self.streamed(self.events(text)) if stream else self.whole("".join(text))

    @abstractmethod
    def whole(self, text: str) -> Reply: ...
    @abstractmethod
    def events(self, text: Sequence[str]) -> list[bytes]:
        """The frames of a stream, the first of text being the number `first_text`."""

    @abstractmethod
    def tool_call(self, *, stream: bool) -> Reply: ...
    @abstractmethod
    def stopped_at_length(self, *, stream: bool) -> Reply: ...
    @abstractmethod
    def filtered(self, *, stream: bool) -> Reply: ...
    @abstractmethod
    def refusal(self, kind: Refusal) -> Reply: ...
    @abstractmethod
    def failing_midway(self) -> Reply:
        """Says within a stream, after some text, that it failed."""

    @abstractmethod
    def malformed(self) -> Reply:
        """A stream with a frame that cannot be read, after some text."""

    def streamed(self, events: Sequence[bytes | float], *, cut: bool = False) -> Reply:
        return Reply(200, pieces=events, headers={"Content-Type": "text/event-stream"}, cut=cut)

    def cut(self) -> Reply:
        """Breaks off in the middle of the text."""
        return self.streamed(self.events(TEXT)[: self.first_text + 2], cut=True)

    def unfinished(self) -> Reply:
        """Ends in the middle of the text as if it was whole."""
        return self.streamed(self.events(TEXT)[: self.first_text + 2])

    def slow(self, seconds: float) -> Reply:
        """Nothing for so long, then a right answer."""
        return self.streamed([seconds, *self.events(TEXT)])

    first_text: ClassVar[int] = 1


def sse(data: Any, event: str = "") -> bytes:
    """One server-sent event."""
    text = data if isinstance(data, str) else json.dumps(data, ensure_ascii=False)
    return (f"event: {event}\n" if event else "").encode() + f"data: {text}\n\n".encode()
