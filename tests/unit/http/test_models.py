"""Whom one may ask, in which order, and what it costs."""

from collections.abc import Callable
from typing import Any

MakeApi = Callable[..., Any]


def test_providers_are_listed_with_their_models(make_api: MakeApi) -> None:
    found = make_api().http.get("providers").json()["providers"]
    assert [view["provider"] for view in found if view["position"]] == ["extractive"]
    groq = next(view for view in found if view["provider"] == "groq")
    assert (groq["key"], groq["models"][0]["model"]) == (None, "openai/gpt-oss-20b")
    assert {"price", "priced_on", "source", "context_tokens"} <= set(groq["models"][0])


def test_the_order_is_ones_own(make_api: MakeApi) -> None:
    api = make_api()
    answer = api.http.put("providers", json={"order": ["groq:openai/gpt-oss-120b", "extractive"]})
    assert answer.status_code == 200
    assert list(api.services.preferences.chains.values()) == ["groq:openai/gpt-oss-120b,extractive"]
    assert api.http.put("providers", json={"order": None}).status_code == 200
    assert list(api.services.preferences.chains.values()) == [""]


def test_a_wrong_order_is_refused(make_api: MakeApi) -> None:
    for wrong in (["watson"], ["groq:unknown"], [], ["a,b"]):
        assert make_api().http.put("providers", json={"order": wrong}).status_code in (400, 422)


def test_usage_tells_the_budgets(make_api: MakeApi) -> None:
    found = make_api().http.get("usage").json()
    assert found["user"]["day"] == {"spent_usd": 0.25, "cap_usd": 1.0}
    assert found["tenant"]["month"] == {"spent_usd": 0.5, "cap_usd": 100.0}
    assert (found["rows"], found["totals"]["answered"]) == ([], 0)
    assert make_api().http.get("usage", params={"days": 0}).status_code in (400, 422)


def test_a_provider_without_a_key_cannot_be_asked_for(make_api: MakeApi) -> None:
    answer = make_api().http.post("ask", json={"question": "x?", "provider": "groq"})
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "invalid_request")
    assert "extractive" in answer.json()["error"]["message"]
