"""Prompts: files with a version, and the one place that reads them.

`NAME.md` begins with `version: N`; after a line `--- system` stands what the model is told to be, after `--- user` what
it is asked, with `$placeholders`. The code holds no prompt.
"""

import re
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from string import Template

from docqa.core.models.chat import ChatMessage, ChatRole

_PARTS = re.compile(r"^--- (system|user)\n", re.MULTILINE)
_HEAD = re.compile(r"version: (\d+)\n+")


@dataclass(frozen=True)
class Prompt:
    """One prompt of one version."""

    name: str
    version: int
    system: str
    user: str

    def messages(self, **fields: str) -> tuple[ChatMessage, ChatMessage]:
        """What the system and the user say. Raises KeyError for a placeholder without a field."""
        return (
            ChatMessage(role=ChatRole.SYSTEM, text=Template(self.system).substitute(fields)),
            ChatMessage(role=ChatRole.USER, text=Template(self.user).substitute(fields)),
        )


@cache
def prompt(name: str) -> Prompt:
    """The prompt of that name in this release. Raises FileNotFoundError, ValueError for a file without parts."""
    text = files("docqa.prompts").joinpath(f"{name}.md").read_text(encoding="utf-8")
    head = _HEAD.match(text)
    _, *parts = _PARTS.split(text)
    found = dict(zip(parts[::2], parts[1::2], strict=True))
    if head is None or set(found) != {"system", "user"}:
        raise ValueError(f"The prompt {name!r} needs a version, a system and a user part.")
    return Prompt(name, int(head[1]), found["system"].strip(), found["user"].strip())
