"""Retrieved text as data: fenced by a tag that nobody can guess, and without what imitates the fence.

After "Defending Against Indirect Prompt Injection Attacks With Spotlighting" (arXiv 2403.14720). It makes attacks less
likely, not impossible: what a model may do does not depend on it (no tool is chosen after documents were read, and what
no quote supports is not shown as supported).
"""

import re
import secrets
from collections.abc import Sequence

from docqa.agent.signals import LEFT_OUT, speaks_to_a_model
from docqa.agent.withheld import parted
from docqa.core.models import Hit

# Marks of chat templates, and of our own fence
_TEMPLATE = re.compile(
    r"<\|[^|>\n]{1,40}\|>|\[/?INST\]|<</?SYS>>|</?s>|<(?:start|end)_of_turn>|</?source_?\w*[^>\n]{0,80}>", re.IGNORECASE
)
_ATTRIBUTE = re.compile(r'["<>&\n\r]')


ECHO = re.compile(r"\bsource_[0-9a-f]{8}\b")
"""The name of a fence: a model that writes it copies its sources instead of answering."""


def new_tag() -> str:
    """The name of the fence of one request."""
    return f"source_{secrets.token_hex(4)}"


def fenced(hits: Sequence[Hit], tag: str) -> str:
    """The passages, numbered from 1, each with where it stands."""
    return "\n".join(_one(number, hit, tag) for number, hit in enumerate(hits, start=1))


def neutral(text: str) -> str:
    """The text without what looks like a mark of a chat template, or of a fence."""
    return _TEMPLATE.sub(" ", text)


def _one(number: int, hit: Hit, tag: str) -> str:
    where = f' file="{_attribute(hit.filename)}"'
    if hit.page_from is not None:
        where += f' page="{hit.page_from}"'
    if hit.heading_path:
        where += f' section="{_attribute(" > ".join(hit.heading_path[-2:]))}"'
    return f'<{tag} number="{number}"{where}>\n{neutral(_without_orders(hit))}\n</{tag}>'


def _without_orders(hit: Hit) -> str:
    """The passage without what is withheld of it."""
    lines = hit.text.split("\n")
    for piece in parted(hit)[1]:
        lines[piece.line] = lines[piece.line].replace(piece.text, LEFT_OUT, 1)
    return "\n".join(lines)


def _attribute(text: str) -> str:
    return LEFT_OUT if speaks_to_a_model(text) else _ATTRIBUTE.sub(" ", neutral(text))[:120]
