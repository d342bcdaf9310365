"""What is said to a language model, and what comes back."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field

from docqa.core.models.base import Model


class ChatRole(StrEnum):
    """Who speaks."""

    SYSTEM = "system"
    USER = "user"
    ASSISTANT = "assistant"
    TOOL = "tool"


class ToolSpec(Model):
    """A tool that a model may ask for. `parameters` is the JSON schema of an object."""

    name: Annotated[str, Field(pattern=r"^[a-zA-Z0-9_-]{1,64}$")]
    description: str
    parameters: dict[str, Any]


class ToolCall(Model):
    """A model asks for a tool; the answer goes back as a message of role TOOL with the same id."""

    id: str
    name: str
    arguments: dict[str, Any]


class ChatMessage(Model):
    """One turn. `tool_calls` of an assistant's turn, `tool_call_id` of a tool's."""

    role: ChatRole
    text: str = ""
    tool_calls: tuple[ToolCall, ...] = ()
    tool_call_id: str | None = None


class ChatRequest(Model):
    """One call. `purpose` names the node that asks, for logs and receipts.

    `temperature` is left out for models that refuse it. `json_schema`: the answer is to be JSON of this schema (an
    object whose properties are all required and that has no others, as every vendor takes it). `stream`: text is wanted
    as it is written. `quotes`: what to say, word for word, where no model is asked.
    """

    messages: tuple[ChatMessage, ...]
    purpose: str
    max_tokens: Annotated[int, Field(gt=0)] = 1_024
    temperature: float | None = None
    json_schema: dict[str, Any] | None = None
    tools: tuple[ToolSpec, ...] = ()
    stream: bool = True
    quotes: tuple[str, ...] = ()


class Finish(StrEnum):
    """Why a model stopped."""

    STOP = "stop"
    LENGTH = "length"
    TOOLS = "tools"
    REFUSED = "refused"
    """The vendor's filter or the model itself declined."""


class TokenUsage(Model):
    """Tokens of one call. `cached_tokens` are among the input's. `estimated`: the provider did not tell."""

    input_tokens: int = 0
    output_tokens: int = 0
    cached_tokens: int = 0
    estimated: bool = False


class TextDelta(Model):
    """The next piece of the text; joined they are the answer."""

    text: str


class ChatEnd(Model):
    """The last event of every call that went well. `model` as the provider names what answered."""

    finish: Finish
    model: str
    usage: TokenUsage
    tool_calls: tuple[ToolCall, ...] = ()


class ChatStart(Model):
    """Who answers. Comes from a router before the first text."""

    provider: str
    model: str
    own_key: bool = False


ChatEvent = TextDelta | ChatEnd
RoutedEvent = ChatStart | ChatEvent


class Price(Model):
    """US dollars a million tokens. `cached`: of input that the provider had kept; None: as the input."""

    input: Annotated[float, Field(ge=0)]
    output: Annotated[float, Field(ge=0)]
    cached: Annotated[float, Field(ge=0)] | None = None


class LongPrompt(Model):
    """The price of a whole call whose prompt is longer than so many tokens."""

    above_tokens: int
    price: Price


class ModelInfo(Model):
    """A row of the model table: what a model can do, and what it costs by which source on which day."""

    provider: str
    model: str
    context_tokens: Annotated[int, Field(gt=0)]
    max_output_tokens: Annotated[int, Field(gt=0)]
    price: Price
    long_prompt: LongPrompt | None = None
    priced_on: date
    source: str
    streaming: bool = True
    tools: bool = True
    json_schema: bool = True
    temperature: bool = True
    reasoning: str | None = None
    """How much it is told to think before it answers, in the vendor's word; None: it is not told."""

    def cost_usd(self, usage: TokenUsage) -> float:
        """What a call with so many tokens costs."""
        long = self.long_prompt
        price = long.price if long is not None and usage.input_tokens > long.above_tokens else self.price
        cached = price.input if price.cached is None else price.cached
        fresh = usage.input_tokens - usage.cached_tokens
        return (fresh * price.input + usage.cached_tokens * cached + usage.output_tokens * price.output) / 1e6


class Attempt(Model):
    """One provider that was asked, or passed over. `outcome`: "ok", an error's code, or "skipped_…"."""

    provider: str
    model: str
    key: str = ""
    """Tells keys apart without telling them; "" where there was none."""
    own_key: bool = False
    outcome: str
    ms: float = 0.0
    first_token_ms: float | None = None
    usage: TokenUsage = TokenUsage()
    cost_usd: float = 0.0


class Receipt(Model):
    """The road that a call took. The last attempt is the one that answered."""

    purpose: str
    attempts: tuple[Attempt, ...]

    @property
    def answered(self) -> Attempt:
        return self.attempts[-1]

    @property
    def cost_usd(self) -> float:
        return sum(attempt.cost_usd for attempt in self.attempts)


class ProviderView(Model):
    """A provider as its user sees it. `key`: whose would be used, None where there is none or none is needed.

    `position`: where it stands in the order in which this user's questions are asked, from 1; None: it is asked only
    when a question names it, and only if it is `available`.
    """

    provider: str
    available: bool
    key: Literal["own", "platform"] | None
    position: int | None
    models: tuple[ModelInfo, ...]


@dataclass(frozen=True)
class Preference:
    """What a user has chosen: keys of his own (provider → key), and an order, "" for the platform's."""

    keys: Mapping[str, str] = field(default_factory=dict)
    chain: str = ""


@dataclass(kw_only=True)
class Asker:
    """On whose behalf models are asked while one question is answered.

    `provider`: which one the user wants to be asked first. `deadline`: on the event loop's clock, when the question has
    to be done. `notes` and `receipts` fill up on the way: what a user should know of the road, in words that can be
    shown, and what every call took.
    """

    tenant_id: UUID
    user_id: UUID
    deadline: float
    provider: str | None = None
    notes: list[str] = field(default_factory=list)
    receipts: list[Receipt] = field(default_factory=list)
    routes: Any = None
    """The router's own: whom it may ask, looked up once."""


@dataclass(frozen=True)
class Reservation:
    """So much of the budgets was set aside on that day."""

    tenant_id: UUID
    user_id: UUID
    day: date
    usd: float
