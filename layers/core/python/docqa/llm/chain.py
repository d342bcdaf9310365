"""Which providers may answer whom, in which order."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from docqa.core.errors import InvalidSetting
from docqa.core.models.chat import ModelInfo
from docqa.llm.catalog import Catalog
from docqa.llm.registry import PROVIDERS, fingerprint

DEFAULT = "groq,openai,anthropic,cohere,bedrock,openai-compatible,extractive"
LAST = "extractive"


@dataclass(frozen=True)
class Link:
    """One element of a chain."""

    provider: str
    model: str = ""
    """Empty: the provider's default one."""


@dataclass(frozen=True)
class Route:
    """A model that can be asked, and with whose key."""

    model: ModelInfo
    key: str
    own_key: bool

    @property
    def provider(self) -> str:
        return self.model.provider

    @property
    def breaker(self) -> str:
        """A refusal of one key says nothing of another."""
        return f"{self.provider}:{self.key_name}"

    @property
    def key_name(self) -> str:
        """Tells keys apart without telling them."""
        return fingerprint(self.key) if self.key else ""


def parsed(text: str) -> tuple[Link, ...]:
    """`provider` or `provider:model`, joined by commas; a model's name may hold colons. Raises InvalidSetting."""
    links = []
    for part in filter(None, (part.strip() for part in text.split(","))):
        provider, _, model = part.partition(":")
        if provider not in PROVIDERS:
            raise InvalidSetting(f"There is no provider {provider!r}; there are: {', '.join(PROVIDERS)}.")
        links.append(Link(provider, model))
    if not links:
        raise InvalidSetting("The chain of providers is empty.")
    return tuple(links)


def routes(
    chain: Sequence[Link],
    *,
    catalog: Catalog,
    platform: Mapping[str, str],
    own: Mapping[str, str],
    first: str | None = None,
) -> tuple[Route, ...]:
    """What can be asked, best first: with the user's own keys, then with the platform's; nothing without a key.

    `first`: the provider that the user asked for, in front of all others. The one without a model needs no key, and
    what stands behind it is never reached.
    """
    links = list(chain)
    if first is not None:
        named = [link for link in links if link.provider == first] or [Link(first)]
        links = [*named, *(link for link in links if link.provider != first)]
    found: list[Route] = []
    modelless: list[Route] = []
    for keys, are_own in ((own, True), (platform, False)):
        for link in links:
            if link.provider == LAST:
                if not are_own:
                    modelless = [Route(catalog.find(LAST), "", own_key=False)]
            elif link.provider in keys:
                found.append(Route(catalog.find(link.provider, link.model), keys[link.provider], own_key=are_own))
    if first == LAST:
        return tuple(modelless)
    if first is not None:
        found.sort(key=lambda route: route.provider != first)
    return (*found, *modelless)
