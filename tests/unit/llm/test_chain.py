"""The chain as it is written, and who may answer whom; the table of models and its prices."""

from datetime import date

import pytest

from docqa.core.errors import InvalidSetting
from docqa.core.models.chat import ModelInfo, Price, TokenUsage
from docqa.llm import chain
from docqa.llm.catalog import Catalog, listed, shipped
from docqa.llm.chain import Link
from docqa.llm.registry import PROVIDERS

KEYS = {"groq": "g", "openai": "o"}


def road(order: str = "groq,openai,extractive", **more: object) -> list[tuple[str, bool]]:
    given: dict[str, object] = {"catalog": Catalog(), "platform": KEYS, "own": {}, **more}
    return [(route.provider, route.own_key) for route in chain.routes(chain.parsed(order), **given)]  # type: ignore[arg-type]


def test_a_chain_names_providers_and_models() -> None:
    assert chain.parsed("groq:openai/gpt-oss-120b, bedrock:global.amazon.nova-2-lite-v1:0,extractive") == (
        Link("groq", "openai/gpt-oss-120b"),
        Link("bedrock", "global.amazon.nova-2-lite-v1:0"),
        Link("extractive"),
    )
    assert [link.provider for link in chain.parsed(chain.DEFAULT)] == list(PROVIDERS)


@pytest.mark.parametrize("wrong", ["", " , ", "grok", "groq,watson:x"])
def test_a_wrong_chain_is_told(wrong: str) -> None:
    with pytest.raises(InvalidSetting):
        chain.parsed(wrong)


def test_only_what_has_a_key_is_asked() -> None:
    assert road("anthropic,openai,groq,extractive") == [("openai", False), ("groq", False), ("extractive", False)]


def test_own_keys_go_before_the_platforms() -> None:
    own = {"openai": "mine", "cohere": "mine"}
    assert road("groq,openai,cohere,extractive", own=own) == [
        ("openai", True),
        ("cohere", True),
        ("groq", False),
        ("openai", False),
        ("extractive", False),
    ]


def test_who_is_asked_for_goes_first_also_from_outside_the_chain() -> None:
    own = {"anthropic": "mine"}
    assert road(own=own, first="anthropic")[0] == ("anthropic", True)
    assert road(own={"openai": "mine"}, first="groq")[0] == ("groq", False)
    assert road(first="extractive") == [("extractive", False)]


def test_every_provider_but_the_compatible_one_has_a_model() -> None:
    for name in PROVIDERS:
        if name == "openai-compatible":
            with pytest.raises(InvalidSetting):
                Catalog().find(name)
        else:
            assert Catalog().find(name).provider == name


def test_every_price_has_a_day_and_a_source() -> None:
    assert len({(row.provider, row.model) for row in shipped()}) == len(shipped())
    for row in shipped():
        assert row.source
        assert date(2026, 1, 1) < row.priced_on <= date(2026, 12, 31)
        assert row.max_output_tokens <= row.context_tokens


def test_an_operator_adds_models() -> None:
    text = """[{"provider": "groq", "model": "new", "context_tokens": 10, "max_output_tokens": 5,
    "price": {"input": 1, "output": 2}, "priced_on": "2026-11-25", "source": "mail"}]"""
    catalog = Catalog(listed(text))
    assert catalog.find("groq").model == "new"
    assert catalog.find("groq", "openai/gpt-oss-20b").price.input == 0.075
    assert [row.model for row in catalog.of("groq")] == ["new", "openai/gpt-oss-20b", "openai/gpt-oss-120b"]
    with pytest.raises(InvalidSetting, match="not in the table"):
        catalog.find("groq", "llama-3.1")
    with pytest.raises(InvalidSetting, match="price"):
        listed('[{"provider": "groq"}]')


def info(**more: object) -> ModelInfo:
    row = {"provider": "p", "model": "m", "context_tokens": 1000, "max_output_tokens": 100, "source": "s"}
    priced = {"price": Price(input=2, output=10, cached=0.5), "priced_on": date(2026, 11, 25)}
    return ModelInfo.model_validate({**row, **priced, **more})


def test_costs_are_by_the_million() -> None:
    usage = TokenUsage(input_tokens=1_000_000, output_tokens=100_000)
    assert info().cost_usd(usage) == pytest.approx(3.0)
    cached = usage.model_copy(update={"cached_tokens": 400_000})
    assert info().cost_usd(cached) == pytest.approx(0.6 * 2 + 0.4 * 0.5 + 1.0)
    assert info(price=Price(input=2, output=10)).cost_usd(cached) == pytest.approx(3.0)


def test_a_long_prompt_has_its_own_price() -> None:
    long = {"above_tokens": 100, "price": {"input": 4, "output": 20}}
    assert info(long_prompt=long).cost_usd(TokenUsage(input_tokens=100, output_tokens=1)) == pytest.approx(210 / 1e6)
    assert info(long_prompt=long).cost_usd(TokenUsage(input_tokens=101, output_tokens=1)) == pytest.approx(424 / 1e6)
