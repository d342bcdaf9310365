"""Reads the pinned, hashed requirement files of the layers."""

from __future__ import annotations

import re
from pathlib import Path

from infra_cdk.packaging.artifacts import PackagingError

_PIN = re.compile(r"^([A-Za-z0-9][A-Za-z0-9._-]*)==([^\s;\\]+)")
_HASH = re.compile(r"--hash=sha256:[0-9a-f]{64}")


def normalise(name: str) -> str:
    """The name of a distribution as the Python packaging specification normalises it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def pinned(path: Path) -> dict[str, str]:
    """Distribution name -> version (the last one where markers give several).

    Raises PackagingError for a line without a pin, a pin without a hash, or a file that names an address.
    """
    text = path.read_text(encoding="utf-8")
    if "://" in text:
        raise PackagingError(f"{path} names a download address: run `python -m infra_cdk.packaging.lock`")
    found: dict[str, str] = {}
    for line in _logical_lines(text):
        pin = _PIN.match(line)
        if pin is None or not _HASH.search(line):
            raise PackagingError(f"{path}: no pin with a hash in {line[:80]!r}")
        found[normalise(pin[1])] = pin[2]
    return found


def _logical_lines(text: str) -> list[str]:
    joined = text.replace("\\\n", " ")
    return [line.strip() for line in joined.splitlines() if line.strip() and not line.lstrip().startswith("#")]
