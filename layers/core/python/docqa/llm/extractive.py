"""`ChatProvider` without a model: says the quotes that were chosen by rules, each with its marker.

It stands last in every chain, never fails and costs nothing. It decides nothing: a request without quotes, which asks
for a decision, it does not take.
"""

import re
from collections.abc import AsyncGenerator, Iterator

from docqa.core.errors import ProviderRefused
from docqa.core.models.chat import ChatEnd, ChatEvent, ChatRequest, Finish, ModelInfo, TextDelta, TokenUsage

TOKEN_WORDS = 4
TOKEN_CHARACTERS = 12
"""Of text without spaces."""

_WORDS = re.compile(rf"(?:\s*\S+){{1,{TOKEN_WORDS}}}\s*", re.DOTALL)


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
            for token in tokens(quote):
                yield TextDelta(text=token)
        yield ChatEnd(finish=Finish.STOP, model=model.model, usage=TokenUsage())

    async def close(self) -> None:
        """Nothing is open."""


def tokens(text: str) -> Iterator[str]:
    """Groups of a few words, or of a few characters where words are not separated; joined they are the text."""
    for match in _WORDS.finditer(text):
        group = match[0]
        if len(group) <= TOKEN_WORDS * TOKEN_CHARACTERS:
            yield group
        else:
            yield from (group[i : i + TOKEN_CHARACTERS] for i in range(0, len(group), TOKEN_CHARACTERS))
