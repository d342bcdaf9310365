"""What the settings say of language models, checked once."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from pydantic import TypeAdapter, ValidationError

from docqa.config import Settings
from docqa.core.errors import InvalidSetting
from docqa.core.models.chat import ModelInfo, Price
from docqa.llm import chain
from docqa.llm.catalog import Catalog, listed
from docqa.llm.chain import Link
from docqa.llm.timing import Pacing

COMPATIBLE = "openai-compatible"
ROLE = "role"
"""Stands where a key of Bedrock's would: the function's own role signs."""

_Urls = TypeAdapter(dict[str, str])


@dataclass(frozen=True)
class Choice:
    """What a router is built from."""

    chain: tuple[Link, ...]
    catalog: Catalog
    base_urls: Mapping[str, str]
    pacing: Pacing

    def usable(self, keys: Mapping[str, str]) -> Mapping[str, str]:
        """The platform's keys as the router takes them: also of what needs none."""
        found = {name: "" if (name, key) == ("bedrock", ROLE) else key for name, key in keys.items()}
        if COMPATIBLE in self.base_urls:
            found.setdefault(COMPATIBLE, "")
        else:
            found.pop(COMPATIBLE, None)
        return found


def chosen(settings: Settings) -> Choice:
    """Raises InvalidSetting, naming what is wrong."""
    urls = _urls(settings)
    catalog = Catalog((*listed(settings.llm_models), *_compatible(settings)))
    links = chain.parsed(settings.llm_chain or chain.DEFAULT)
    for link in links:
        if link.provider != COMPATIBLE or COMPATIBLE in urls:
            catalog.find(link.provider, link.model)
    pacing = Pacing(
        first_token_s=settings.llm_first_token_s, retries=settings.llm_retries, hedge_s=settings.llm_hedge_s
    )
    return Choice(links, catalog, urls, pacing)


def _urls(settings: Settings) -> dict[str, str]:
    try:
        found = _Urls.validate_json(settings.llm_base_urls or "{}")
    except ValidationError as error:
        raise InvalidSetting("DOCQA_LLM_BASE_URLS is not a JSON object of providers and addresses.") from error
    if settings.compatible_url:
        found[COMPATIBLE] = settings.compatible_url
    return found


def _compatible(settings: Settings) -> tuple[ModelInfo, ...]:
    """One's own server: what it costs is not by the token."""
    if not settings.compatible_url:
        return ()
    return (
        ModelInfo(
            provider=COMPATIBLE,
            model=settings.compatible_model,
            context_tokens=settings.compatible_context,
            max_output_tokens=settings.compatible_context // 2,
            price=Price(input=0, output=0),
            priced_on=date(2026, 11, 25),
            source="a server of one's own",
        ),
    )
