"""Small tools around files: written whole or not at all, hashed, locked, rolled over."""

import fcntl
import hashlib
import os
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

IGNORED_FOLDERS = frozenset({"__pycache__", ".pytest_cache", ".mypy_cache", ".ruff_cache", "node_modules", "cdk.out"})


def write_atomically(path: Path, content: str, mode: int = 0o644) -> None:
    """Write aside and rename: a reader sees the old content or the new, and a crash leaves no half of it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    try:
        with os.fdopen(descriptor, "w") as file:
            os.fchmod(file.fileno(), mode)
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def digest(*parts: str | bytes) -> str:
    """SHA-256 of the parts, each with its length, so that no two lists of parts run into the same bytes."""
    total = hashlib.sha256()
    for part in parts:
        data = part.encode() if isinstance(part, str) else part
        total.update(len(data).to_bytes(8, "big") + data)
    return total.hexdigest()


def digest_files(paths: Iterable[Path], *, relative_to: Path) -> str:
    """SHA-256 of names and contents of the files, folders taken with everything in them except caches."""
    parts: list[str | bytes] = []
    for path in sorted(_walk(paths)):
        parts += [str(path.relative_to(relative_to)), path.read_bytes()]
    return digest(*parts)


def _walk(paths: Iterable[Path]) -> Iterator[Path]:
    for path in paths:
        if path.is_file():
            yield path
        for folder, folders, names in os.walk(path):
            folders[:] = [name for name in folders if name not in IGNORED_FOLDERS and not name.endswith(".egg-info")]
            yield from (Path(folder) / name for name in names if not name.endswith(".pyc"))


def roll_over(log: Path, limit: int = 16 * 1024 * 1024) -> None:
    """Keep one older generation (``<name>.1``) of a log that has grown past `limit` bytes."""
    if log.exists() and log.stat().st_size > limit:
        log.replace(log.with_name(log.name + ".1"))


@contextmanager
def locked(path: Path, waiting: Callable[[str], None]) -> Iterator[None]:
    """Hold an exclusive lock on `path`; the kernel releases it when this process ends, however it ends.

    `waiting` is called once, with who holds the lock, before waiting for somebody else.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            waiting(file.read().strip() or "another process")
            fcntl.flock(file, fcntl.LOCK_EX)
        file.seek(0)
        file.truncate()
        file.write(f"process {os.getpid()}")
        file.flush()
        yield
