"""Every prompt as a model gets it. When one changes, its version goes up and the snapshot with it."""

from importlib.resources import files
from pathlib import Path

import pytest

from docqa.prompts import prompt

SNAPSHOTS = Path(__file__).parent / "snapshots" / "prompts"
FIELDS = {
    "answer": {"tag": "source_0", "sources": "<source_0>…</source_0>", "question": "Who?"},
    "condense": {"summary": "(nothing)", "conversation": "User: a\nAssistant: b"},
    "judge": {"tag": "source_0", "pairs": "1. Statement: a\n<source_0>\nb\n</source_0>"},
    "parts": {"question": "Who and when?"},
    "rewrites": {"question": "Who?"},
    "section": {"tag": "source_0", "sources": "<source_0>…</source_0>"},
    "standalone": {
        "facts": "- I work in Bergen.",
        "summary": "(nothing)",
        "conversation": "User: a\nAssistant: b",
        "question": "And then?",
    },
    "table": {"columns": '<source_0>\n"port" (text): ["Oslo"]\n</source_0>', "question": "How many ships per port?"},
    "tools": {"earlier": "- Who?", "question": "And how is the weather there?"},
}


def names() -> list[str]:
    return sorted(
        entry.name.removesuffix(".md") for entry in files("docqa.prompts").iterdir() if entry.name.endswith(".md")
    )


def rendered(name: str) -> str:
    found = prompt(name)
    system, user = found.messages(**FIELDS[name])
    return f"{name} {found.version}\n\n{system.text}\n\n---\n\n{user.text}\n"


@pytest.mark.parametrize("name", names())
def test_a_prompt_is_what_was_looked_at(name: str) -> None:
    """`python -m tests.unit.test_prompts` writes the snapshots anew."""
    assert rendered(name) == (SNAPSHOTS / f"{name}.txt").read_text(encoding="utf-8")


def test_a_placeholder_without_a_field_is_an_error() -> None:
    with pytest.raises(KeyError):
        prompt("answer").messages(tag="x")


if __name__ == "__main__":
    SNAPSHOTS.mkdir(parents=True, exist_ok=True)
    for each in names():
        (SNAPSHOTS / f"{each}.txt").write_text(rendered(each), encoding="utf-8")
