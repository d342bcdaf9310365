"""The providers by name, each loaded when it is first asked.

An SDK's import takes up to a second and a half: in a thread, so that nothing else waits for it.
"""

import asyncio
import hashlib
from collections import OrderedDict
from collections.abc import Mapping
from importlib import import_module

from docqa.core.ports.chat import ChatProvider

PROVIDERS: Mapping[str, str] = {
    "groq": "docqa.llm.groq:GroqChat",
    "openai": "docqa.llm.openai:OpenAIChat",
    "anthropic": "docqa.llm.anthropic:AnthropicChat",
    "cohere": "docqa.llm.cohere:CohereChat",
    "bedrock": "docqa.llm.bedrock:BedrockChat",
    "openai-compatible": "docqa.llm.openai_compatible:CompatibleChat",
    "extractive": "docqa.llm.extractive:ExtractiveChat",
}
KEPT = 32
"""Clients with their connections: the platform's, and those of the users who asked last."""


class Providers:
    """One client a provider and key, for one event loop. `base_urls`: of those that are not at the usual address."""

    def __init__(self, base_urls: Mapping[str, str] | None = None) -> None:
        self._base_urls = base_urls or {}
        self._made: OrderedDict[tuple[str, str], ChatProvider] = OrderedDict()
        self._closing: set[asyncio.Task[None]] = set()

    async def get(self, provider: str, api_key: str) -> ChatProvider:
        """Raises KeyError for a provider that is not registered."""
        name = (provider, fingerprint(api_key))
        if name not in self._made:
            made = await asyncio.to_thread(_made, PROVIDERS[provider], api_key, self._base_urls.get(provider))
            self._made.setdefault(name, made)
        self._made.move_to_end(name)
        if len(self._made) > KEPT:
            _, oldest = self._made.popitem(last=False)
            closing = asyncio.create_task(oldest.close())
            self._closing.add(closing)
            closing.add_done_callback(self._closing.discard)
        return self._made[name]

    async def close(self) -> None:
        """Close all connections."""
        await asyncio.gather(*self._closing, *(client.close() for client in self._made.values()))
        self._made.clear()


def fingerprint(api_key: str) -> str:
    """Tells keys apart without telling them."""
    return hashlib.sha256(api_key.encode()).hexdigest()[:16]


def _made(place: str, api_key: str, base_url: str | None) -> ChatProvider:
    module, _, name = place.partition(":")
    found: type[ChatProvider] = getattr(import_module(module), name)
    return found(api_key, base_url=base_url)
