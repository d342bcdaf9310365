"""The vendors by name, and providers that talk to them."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib import import_module

from docqa.core.models.chat import ModelInfo
from docqa.core.ports.chat import ChatProvider
from docqa.llm.catalog import Catalog, listed
from docqa.llm.registry import PROVIDERS
from tests.fakes.llm.anthropic import AnthropicApi
from tests.fakes.llm.bedrock import BedrockApi
from tests.fakes.llm.cohere import CohereApi
from tests.fakes.llm.completions import CompatibleApi, GroqApi, OpenAIApi
from tests.fakes.llm.server import WireServer
from tests.fakes.llm.vendor import Vendor

VENDORS: Mapping[str, type[Vendor]] = {
    vendor.provider: vendor for vendor in (GroqApi, OpenAIApi, AnthropicApi, CohereApi, BedrockApi, CompatibleApi)
}

LOCAL_MODEL = """[{"provider": "openai-compatible", "model": "local", "context_tokens": 8192, "max_output_tokens": 2048,
"price": {"input": 0, "output": 0}, "priced_on": "2026-11-25", "source": "one's own machine"}]"""

CATALOG = Catalog(listed(LOCAL_MODEL))


def model_of(provider: str) -> ModelInfo:
    return CATALOG.find(provider)


def provider_at(vendor: Vendor, url: str, *, key: str | None = None) -> ChatProvider:
    """The real adapter with the vendor's real SDK; only the address is another."""
    module, _, name = PROVIDERS[vendor.provider].partition(":")
    made: ChatProvider = getattr(import_module(module), name)(
        vendor.key if key is None else key, base_url=url + vendor.base_path
    )
    return made


@contextmanager
def served(provider: str) -> Iterator[tuple[Vendor, WireServer]]:
    """The vendor's API on a port of this machine."""
    vendor = VENDORS[provider]()
    with WireServer(vendor.answer) as server:
        yield vendor, server
