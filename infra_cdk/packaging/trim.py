"""Takes out of an installed tree what a function never loads."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterable
from pathlib import Path

from infra_cdk.packaging.requirements import normalise

UNUSED_SUFFIXES = frozenset(
    {".pyi", ".pyx", ".pxd", ".pxi", ".c", ".cc", ".cpp", ".h", ".hpp", ".a", ".pyc", ".pth", ".exe"}
)
UNUSED_FOLDERS = frozenset({"tests", "__pycache__"})
UNUSED_METADATA = frozenset({"RECORD", "INSTALLER", "REQUESTED", "direct_url.json"})
UNUSED_AT_TOP = frozenset({"bin", "share", "pip", "setuptools", "wheel", "_distutils_hack"})


def trim(root: Path, drop: Iterable[str] = ()) -> None:
    """Remove tests, stubs, C sources, scripts and byte code below `root`, and what the patterns in `drop` match."""
    for entry in list(root.iterdir()):
        if entry.name in UNUSED_AT_TOP or (entry.is_file() and entry.name == ".lock"):
            _remove(entry)
    for pattern in drop:
        for path in list(root.glob(pattern)):
            _remove(path)
    for path in sorted(root.rglob("*"), reverse=True):  # children before their folder
        if path.is_dir():
            if path.name in UNUSED_FOLDERS or not any(path.iterdir()):
                _remove(path)
        elif path.suffix in UNUSED_SUFFIXES or (path.parent.suffix == ".dist-info" and path.name in UNUSED_METADATA):
            path.unlink()


def strip_symbols(root: Path) -> None:
    """Strip debug symbols of extension modules, where `strip` exists.

    Never in `*.libs/`: those were rewritten by auditwheel and stripping breaks them (numpy fails to import).
    """
    strip = shutil.which("strip")
    modules = [
        str(path)
        for path in root.rglob("*.so*")
        if path.is_file() and not any(part.endswith(".libs") for part in path.relative_to(root).parts)
    ]
    if strip and modules:
        subprocess.run([strip, "--strip-unneeded", *modules], check=True, capture_output=True)


def distributions(root: Path) -> tuple[str, ...]:
    """Normalised names of the distributions installed in `root`, sorted."""
    names = (path.name.removesuffix(".dist-info").rsplit("-", 1)[0] for path in root.glob("*.dist-info"))
    return tuple(sorted(normalise(name) for name in names))


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)
