"""The chat completions of OpenAI's API, as its SDK and chat front ends read them.

Citations are given in every way that some client shows: as markers in the text, as a list of sources after it (unless
the model is the plain one), as `annotations` of type `url_citation`, and whole in a field of our own, `docqa`.
"""

import json
import time
import uuid
from collections.abc import Sequence
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from docqa.core.errors import InvalidRequest
from docqa.core.models import Citation, Turn, Usage

MODELS = ("docqa", "docqa-plain")
"""The second one adds no list of sources to the text."""
OWNER = "docqa"
TASK = "### Task:"
"""Front ends ask the model for titles, tags and the like with such a message; the documents say nothing about them."""
TASK_ANSWER = '{"title": "Documents", "tags": [], "follow_ups": [], "queries": []}'
QUOTE_CHARACTERS = 200


class Part(BaseModel):
    """A piece of a message. Unknown fields are left alone, as everywhere in this API."""

    model_config = ConfigDict(extra="allow")

    type: str
    text: str = ""


class Message(BaseModel):
    model_config = ConfigDict(extra="allow")

    role: Literal["system", "developer", "user", "assistant", "tool", "function"]
    content: str | list[Part] | None = None

    def text(self) -> str:
        """Raises InvalidRequest for what is no text."""
        if isinstance(self.content, list):
            other = next((part.type for part in self.content if part.type != "text"), None)
            if other is not None:
                raise InvalidRequest(f"Only text can be read here, not {other!r}. Upload files as documents.")
            return "\n".join(part.text for part in self.content)
        return self.content or ""


class StreamOptions(BaseModel):
    model_config = ConfigDict(extra="allow")

    include_usage: bool = False


class ChatBody(BaseModel):
    """What is not here (temperature, seed, tools …) is taken and has no effect."""

    model_config = ConfigDict(extra="allow")

    model: str = MODELS[0]
    messages: list[Message] = Field(min_length=1, max_length=500)
    stream: bool = False
    stream_options: StreamOptions | None = None
    n: int | None = 1
    tool_choice: Any = None

    def checked(self) -> "ChatBody":
        """Raises InvalidRequest for what cannot be left undone without being told."""
        if self.n not in (None, 1):
            raise InvalidRequest("There is one answer only: n must be 1.")
        if self.tool_choice == "required" or isinstance(self.tool_choice, dict):
            raise InvalidRequest("No tools can be called here: leave tool_choice out.")
        return self

    def conversation(self) -> tuple[str, tuple[Turn, ...]]:
        """The question, which is the last thing that the user said, and the turns before it."""
        said = [(message.role, message.text().strip()) for message in self.messages]
        at = max((number for number, (role, _) in enumerate(said) if role == "user"), default=None)
        if at is None or not said[at][1]:
            raise InvalidRequest("The last message of the user is empty.")
        turns: list[Turn] = []
        asked = ""
        for role, text in said[:at]:
            if role == "user":
                asked = text
            elif role == "assistant" and asked:
                turns.append(Turn(question=asked, answer=text))
                asked = ""
        return said[at][1], tuple(turns)


class Completion:
    """Writes one answer, whole or in chunks. `documents_url` is where a document can be opened."""

    def __init__(self, body: ChatBody, *, documents_url: str) -> None:
        self._model = body.model
        self._plain = body.model == MODELS[1]
        self._counts = body.stream_options is not None and body.stream_options.include_usage
        self._documents_url = documents_url
        self._id = f"chatcmpl-{uuid.uuid4().hex}"
        self._created = int(time.time())

    # -- in chunks -----------------------------------------------------------------------------------

    def begin(self) -> bytes:
        return self._chunk({"role": "assistant", "content": ""})

    def token(self, text: str) -> bytes:
        return self._chunk({"content": text})

    def end(self, citations: Sequence[Citation], usage: Usage, *, grounded: bool) -> bytes:
        """The sources, the last chunk, the count of tokens if it was asked for, and the end of the stream."""
        frames = b""
        sources = self.sources(citations)
        if sources:
            frames += self._chunk({"content": sources})
        annotations = self._annotations(citations)
        frames += self._chunk(
            {"annotations": annotations} if annotations else {}, finish="stop", docqa=_own(citations, grounded=grounded)
        )
        if self._counts:
            frames += _frame({**self._head("chat.completion.chunk"), "choices": [], "usage": _counted(usage)})
        return frames + b"data: [DONE]\n\n"

    def failed(self, message: str, code: str) -> bytes:
        """In the middle of a stream: nothing follows, so that nobody takes it for whole."""
        return _frame({"error": _error(message, code)})

    def _chunk(self, delta: dict[str, Any], *, finish: str | None = None, **more: Any) -> bytes:
        choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish}
        usage = {"usage": None} if self._counts else {}
        return _frame({**self._head("chat.completion.chunk"), "choices": [choice], **usage, **more})

    # -- whole ---------------------------------------------------------------------------------------

    def whole(self, text: str, citations: Sequence[Citation], usage: Usage, *, grounded: bool) -> dict[str, Any]:
        message: dict[str, Any] = {
            "role": "assistant",
            "content": text + self.sources(citations),
            "refusal": None,
            "annotations": self._annotations(citations),
        }
        choice = {"index": 0, "message": message, "logprobs": None, "finish_reason": "stop"}
        return {
            **self._head("chat.completion"),
            "choices": [choice],
            "usage": _counted(usage),
            "docqa": _own(citations, grounded=grounded),
        }

    def sources(self, citations: Sequence[Citation]) -> str:
        """A list for clients that know text only."""
        if self._plain or not citations:
            return ""
        lines = [f"[{c.marker}] {_place(c)}: “{c.quote[:QUOTE_CHARACTERS]}”" for c in citations]
        return "\n\nSources:\n" + "\n".join(lines)

    def _annotations(self, citations: Sequence[Citation]) -> list[dict[str, Any]]:
        return [
            {
                "type": "url_citation",
                "url_citation": {"url": self._url(c), "title": _place(c), "start_index": 0, "end_index": 0},
            }
            for c in citations
        ]

    def _url(self, citation: Citation) -> str:
        page = f"#page={citation.page}" if citation.page is not None else ""
        return f"{self._documents_url}/{citation.document_id}/content{page}"

    def _head(self, kind: str) -> dict[str, Any]:
        return {"id": self._id, "object": kind, "created": self._created, "model": self._model}


def model_list() -> dict[str, Any]:
    """Of `GET /v1/models`."""
    return {"object": "list", "data": [model_of(name) for name in MODELS]}


def model_of(name: str) -> dict[str, Any]:
    return {"id": name, "object": "model", "created": 1_764_028_800, "owned_by": OWNER}


def error_answer(message: str, code: str) -> dict[str, Any]:
    """The shape of an error in this API."""
    return {"error": _error(message, code)}


def _error(message: str, code: str) -> dict[str, Any]:
    return {"message": message, "type": code, "param": None, "code": code}


def _own(citations: Sequence[Citation], *, grounded: bool) -> dict[str, Any]:
    return {"citations": [citation.model_dump(mode="json") for citation in citations], "grounded": grounded}


def _counted(usage: Usage) -> dict[str, int]:
    total = usage.input_tokens + usage.output_tokens
    return {"prompt_tokens": usage.input_tokens, "completion_tokens": usage.output_tokens, "total_tokens": total}


def _place(citation: Citation) -> str:
    if citation.row is not None:
        return f"{citation.filename}, row {citation.row}"
    return citation.filename if citation.page is None else f"{citation.filename}, page {citation.page}"


def _frame(body: dict[str, Any]) -> bytes:
    return f"data: {json.dumps(body, ensure_ascii=False)}\n\n".encode()
