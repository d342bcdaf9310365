"""providers, usage, memories, forget: what people read, and what programs get."""

import json

import pytest
from typer.testing import CliRunner

from docqa_cli import show
from docqa_cli.main import app
from tests.unit.cli.conftest import FakeStack

MODEL = {
    "provider": "groq",
    "model": "openai/gpt-oss-20b",
    "context_tokens": 131072,
    "price": {"input": 0.075, "output": 0.3, "cached": None},
    "priced_on": "2026-11-25",
}
PROVIDERS = {
    "providers": [
        {"provider": "groq", "key": "platform", "position": 1, "models": [MODEL, MODEL | {"model": "other"}]},
        {"provider": "openai-compatible", "key": None, "position": None, "models": []},
    ]
}
BUDGETS = {"day": {"spent_usd": 0.25, "cap_usd": 1.0}, "month": {"spent_usd": 0.5, "cap_usd": 10.0}}
ROW = {
    "day": "2026-11-25",
    "provider": "groq",
    "model": "openai/gpt-oss-20b",
    "own_key": False,
    "answered": 3,
    "failed": 1,
    "input_tokens": 12345,
    "output_tokens": 678,
    "cost_usd": 0.0123,
}
USAGE = {
    "since": "2026-10-27",
    "rows": [ROW],
    "totals": {"answered": 3, "failed": 1, "input_tokens": 12345, "output_tokens": 678, "cost_usd": 0.0123},
    "user": BUDGETS,
    "tenant": BUDGETS,
}
MEMORIES = {"memories": [{"memory_id": "m1", "content": "I live [here]", "created_at": "2026-11-25T00:00:00Z"}]}


def run(*arguments: str, code: int = 0) -> str:
    done = CliRunner().invoke(app, list(arguments))
    assert done.exit_code == code, done.output
    return done.stdout


@pytest.fixture(autouse=True)
def _wide(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(show.out, "width", 160)


def test_providers_are_a_table(stack: FakeStack) -> None:
    stack.answers = {"GET /api/v1/providers": (200, PROVIDERS)}
    out = run("providers")
    assert "openai/gpt-oss-20b" in out
    assert "131,072" in out
    assert "0.075, 0.3" in out


def test_an_order_is_sent(stack: FakeStack) -> None:
    stack.answers = {"PUT /api/v1/providers": (200, PROVIDERS)}
    run("providers", "--order", "groq:a, extractive")
    run("providers", "--order", "default")
    sent = [json.loads(seen.body) for seen in stack.seen if seen.method == "PUT"]
    assert sent == [{"order": ["groq:a", "extractive"]}, {"order": None}]


def test_usage_tells_cost_and_what_is_left(stack: FakeStack) -> None:
    stack.answers = {"GET /api/v1/usage?days=7&whole_tenant=true": (200, USAGE)}
    out = run("usage", "--days", "7", "--everybody")
    assert "12,345" in out
    assert "0.012300" in out
    assert "You: 0.2500 of 1.00 USD this day, 0.5000 of 10.00 USD this month." in out


def test_memories_are_listed_and_forgotten(stack: FakeStack) -> None:
    stack.answers = {
        "GET /api/v1/memories": (200, MEMORIES),
        "DELETE /api/v1/memories/m1": (204, ""),
        "DELETE /api/v1/memories": (204, ""),
    }
    assert "I live [here]" in run("memories")
    run("forget", "m1")
    run("forget", "--all")
    run("forget", code=1)
    assert [seen.path for seen in stack.seen if seen.method == "DELETE"] == ["/api/v1/memories/m1", "/api/v1/memories"]
