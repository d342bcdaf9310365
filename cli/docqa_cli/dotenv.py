"""`.env` of the checkout: variables that the shell has not set already."""

import os
from collections.abc import MutableMapping
from pathlib import Path

FILE = Path(__file__).resolve().parents[2] / ".env"


def load(path: Path = FILE, environ: MutableMapping[str, str] = os.environ) -> None:
    """Set what the file names: `NAME=value` a line, quotes around the value optional. No file is fine."""
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return
    for line in text.splitlines():
        name, equals, value = line.strip().removeprefix("export ").partition("=")
        if equals and not name.startswith("#"):
            environ.setdefault(name.strip(), _unquoted(value.strip()))


def _unquoted(value: str) -> str:
    return value[1:-1] if len(value) > 1 and value[0] == value[-1] and value[0] in "\"'" else value
