"""What form fields show, and what language codes say."""

import re
from typing import Any

_SHOWN = frozenset({"", "text", "email", "tel", "url", "number", "date", "time", "datetime-local", "month", "week",
                    "search", "range", "submit", "button", "reset"})  # fmt: skip
_CODE = re.compile(r"([a-z]{2})(?:[-_]|$)", re.I)


def field_text(element: Any) -> str:
    """The text of an `input` element, with a space on both sides; "" for what does not show."""
    kind = (element.get("type") or "").lower()
    if kind in ("checkbox", "radio"):
        return " [x] " if element.get("checked") is not None else " [ ] "
    return f" {element.get('value') or ''} " if kind in _SHOWN else ""


def selected_option(element: Any) -> str:
    """What a `select` element shows: the options that are chosen, else the first."""
    options = list(element.iter("option"))
    chosen = [option for option in options if option.get("selected") is not None] or options[:1]
    return ", ".join(" ".join("".join(option.itertext()).split()) for option in chosen)


def language_code(tag: str | None) -> str | None:
    """The ISO 639-1 code that a language tag (BCP 47) begins with, None if it has none."""
    found = _CODE.match(tag.strip()) if tag else None
    return found.group(1).lower() if found else None
