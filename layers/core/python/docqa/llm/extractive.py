"""`ChatProvider` without a model: says the quotes that were chosen by rules, each with its marker.

It stands last in every chain, never fails and costs nothing. It decides nothing: a request without quotes, which asks
for a decision, it does not take.
"""

from collections.abc import AsyncGenerator

from docqa.core.errors import ProviderRefused
from docqa.core.models.chat import ChatEnd, ChatEvent, ChatRequest, Finish, ModelInfo, TextDelta, TokenUsage
from docqa.core.text import token_groups


class ExtractiveChat:
    """See the module."""

    name = "extractive"

    def __init__(self, api_key: str = "", *, base_url: str | None = None) -> None:
        del api_key, base_url

    async def chat(self, request: ChatRequest, model: ModelInfo) -> AsyncGenerator[ChatEvent]:
        """The quotes as written by `ChatRequest.quotes`. Raises ProviderRefused without any."""
        if not request.quotes:
            raise ProviderRefused("Without a language model nothing can be written here.", provider=self.name)
        for quote in request.quotes:
            for token in token_groups(quote):
                yield TextDelta(text=token)
        yield ChatEnd(finish=Finish.STOP, model=model.model, usage=TokenUsage())

    async def close(self) -> None:
        """Nothing is open."""
