"""What code made an answer: a deploy that changes it leaves the cached answers of the old code behind."""

import hashlib
from collections.abc import Iterator
from importlib.resources import files
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable


def source_digest(*packages: str) -> str:
    """Digest of the Python and SQL files of the packages; some milliseconds."""
    digest = hashlib.sha256()
    for package in packages:
        for name, file in sorted(_sources(files(package), package)):
            digest.update(name.encode() + b"\0" + hashlib.sha256(file.read_bytes()).digest())
    return digest.hexdigest()[:16]


def _sources(folder: "Traversable", path: str) -> "Iterator[tuple[str, Traversable]]":
    for entry in folder.iterdir():
        name = f"{path}/{entry.name}"
        if entry.is_dir():
            yield from _sources(entry, name)
        elif name.endswith((".py", ".sql")):
            yield name, entry
