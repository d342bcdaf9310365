"""Folders of code: archives unpacked once per content, and layers merged as AWS merges them into /opt."""

import fcntl
import hashlib
import os
import shutil
import stat
import tempfile
import time
import zipfile
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO

UNUSED_AFTER_S = 14 * 24 * 3600


@contextmanager
def exclusive(path: Path) -> Iterator[None]:
    """Hold a lock on `path` against other threads and processes."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def unpacked(cache: Path, sha256: str, download: Callable[[IO[bytes]], None]) -> Path:
    """The folder of the archive with this hash (hex); downloaded and unpacked unless it is there.

    A folder is complete or absent: it is renamed into place.
    """
    target = cache / sha256
    if not target.exists():
        with exclusive(cache / f"{sha256}.lock"):
            if not target.exists():
                with scratch(cache) as folder, tempfile.TemporaryFile(dir=cache) as archive:
                    download(archive)
                    unzip(archive, folder)
                    folder.rename(target)
    os.utime(target)
    return target


def merged(cache: Path, layers: Sequence[Path]) -> Path | None:
    """One folder with the contents of all layers, later ones over earlier ones; None without layers."""
    if len(layers) < 2:
        return layers[0] if layers else None
    key = hashlib.sha256("\n".join(layer.name for layer in layers).encode()).hexdigest()
    target = cache / f"merged-{key}"
    if not target.exists():
        with exclusive(cache / f"merged-{key}.lock"):
            if not target.exists():
                with scratch(cache) as folder:
                    merge(layers, folder)
                    folder.rename(target)
    os.utime(target)
    return target


def merge(sources: Sequence[Path], target: Path) -> None:
    """Fill the empty folder `target`.

    Folders that one source alone has become symbolic links, so their byte code is shared and nothing is copied;
    files of shared folders become hard links.
    """
    entries: defaultdict[str, list[Path]] = defaultdict(list)
    for source in sources:
        for path in source.iterdir():
            entries[path.name].append(path)
    for name, paths in entries.items():
        folders: list[Path] = []
        for path in paths:  # a file hides everything of that name in earlier layers, and is hidden by a later folder
            folders = [*folders, path] if path.is_dir() else []
        if not folders:
            os.link(paths[-1], target / name, follow_symlinks=False)
        elif len(folders) == 1:
            (target / name).symlink_to(folders[0], target_is_directory=True)
        else:
            (target / name).mkdir()
            merge(folders, target / name)


def unzip(archive: IO[bytes], folder: Path) -> None:
    """Unpack into `folder`, with the modes that the archive names, and everything readable."""
    with zipfile.ZipFile(archive) as contents:
        for entry in contents.infolist():
            path = Path(contents.extract(entry, folder))
            mode = entry.external_attr >> 16
            if stat.S_ISLNK(mode):
                target = path.read_text()
                path.unlink()
                path.symlink_to(target)
            else:
                path.chmod(0o755 if entry.is_dir() else (mode & 0o777) | 0o644)


def prune(cache: Path) -> None:
    """Remove folders that nobody has used for UNUSED_AFTER_S, and what an interrupted unpacking has left."""
    if not cache.exists():
        return
    for path in cache.iterdir():
        age = time.time() - path.lstat().st_mtime
        if path.is_dir() and age > (3600 if path.name.startswith("scratch-") else UNUSED_AFTER_S):
            shutil.rmtree(path)
            path.with_name(f"{path.name}.lock").unlink(missing_ok=True)


@contextmanager
def scratch(cache: Path) -> Iterator[Path]:
    """A folder on the cache's file system that is removed unless it was renamed."""
    folder = Path(tempfile.mkdtemp(prefix="scratch-", dir=cache))
    folder.chmod(0o755)
    try:
        yield folder
    finally:
        if folder.exists():
            shutil.rmtree(folder)
