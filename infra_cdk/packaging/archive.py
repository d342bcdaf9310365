"""Deterministic hashes and zips of folders."""

from __future__ import annotations

import hashlib
import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path

_NEVER = frozenset({"__pycache__", ".DS_Store", ".mypy_cache", ".pytest_cache", ".ruff_cache"})
_EPOCH = (1980, 1, 1, 0, 0, 0)  # the first moment that a zip can name


def files_below(root: Path, leave_out: Iterable[str] = ()) -> Iterator[tuple[str, Path]]:
    """(posix path below root, path) of every file, sorted, without caches and the top-level names in `leave_out`."""
    out = frozenset(leave_out)
    for path in sorted(root.rglob("*")):
        parts = path.relative_to(root).parts
        if path.is_file() and parts[0] not in out and not _NEVER.intersection(parts) and path.suffix != ".pyc":
            yield "/".join(parts), path


def digest_of(parts: Iterable[bytes]) -> str:
    """SHA-256 over length-prefixed parts, so that no two lists of parts meet."""
    running = hashlib.sha256()
    for part in parts:
        running.update(len(part).to_bytes(8, "big"))
        running.update(part)
    return running.hexdigest()


def folder_parts(root: Path, leave_out: Iterable[str] = ()) -> Iterator[bytes]:
    """Names, modes and contents of a folder, for `digest_of`."""
    for name, path in files_below(root, leave_out):
        yield f"{name} {_mode(path):o}".encode()
        yield path.read_bytes()


def file_sha256(path: Path) -> str:
    """SHA-256 of a file, read in pieces."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def write_zip(root: Path, target: Path, *, prefix: str = "") -> int:
    """Zip every file below root (byte code included) under `prefix`; returns the unzipped bytes.

    Order, times and modes are fixed, so equal folders give equal zips. Level 1: reading is what counts.
    """
    total = 0
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for path in sorted(p for p in root.rglob("*") if p.is_file()):
            entry = zipfile.ZipInfo(prefix + path.relative_to(root).as_posix(), _EPOCH)
            entry.create_system = 3  # Unix, so that the mode counts
            entry.external_attr = (0o100000 | _mode(path)) << 16
            entry.compress_type = zipfile.ZIP_DEFLATED
            content = path.read_bytes()
            archive.writestr(entry, content)
            total += len(content)
    return total


def _mode(path: Path) -> int:
    return 0o755 if path.stat().st_mode & 0o111 else 0o644
