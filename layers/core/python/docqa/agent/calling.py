"""Asking a model for a word of its own: a decision or a rewording, never shown as it is."""

from collections.abc import Sequence
from contextlib import aclosing

from docqa.agent.state import Tools
from docqa.core.models.chat import (
    ChatEnd,
    ChatMessage,
    ChatRequest,
    RoutedEvent,
    TextDelta,
    ToolCall,
    ToolSpec,
)


async def said(tools: Tools, messages: Sequence[ChatMessage], *, purpose: str, max_tokens: int) -> str:
    """What the model says. Raises ProviderError, BudgetSpent."""
    events = await _asked(tools, messages, (), purpose, max_tokens)
    return "".join(event.text for event in events if isinstance(event, TextDelta))


async def tools_wanted(
    tools: Tools, messages: Sequence[ChatMessage], offered: Sequence[ToolSpec], *, purpose: str, max_tokens: int
) -> tuple[ToolCall, ...]:
    """Which tools the model wants to be called. Raises ProviderError, BudgetSpent."""
    events = await _asked(tools, messages, offered, purpose, max_tokens)
    return tuple(call for event in events if isinstance(event, ChatEnd) for call in event.tool_calls)


async def _asked(
    tools: Tools, messages: Sequence[ChatMessage], offered: Sequence[ToolSpec], purpose: str, max_tokens: int
) -> list[RoutedEvent]:
    request = ChatRequest(
        messages=tuple(messages),
        purpose=purpose,
        max_tokens=max_tokens,
        temperature=0.0,
        stream=False,
        tools=tuple(offered),
    )
    async with aclosing(tools.models.chat(request, tools.asker)) as events:
        return [event async for event in events]
