"""Takes model files out of a pinned distribution and checks every byte."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field

from infra_cdk.packaging import archive, requirements, uv
from infra_cdk.packaging.artifacts import PackagingError


class ModelFile(BaseModel):
    """source: its path inside the distribution; sha256: of the whole file, in hex."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    source: str
    sha256: str = Field(pattern=r"^[0-9a-f]{64}$")


class Model(BaseModel):
    """One model folder: file name -> where it comes from."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    licence: str
    about: str
    files: dict[str, ModelFile]


class Manifest(BaseModel):
    """`layers/dependencies/models.json`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    models: dict[str, Model]


def fill(locked: Path, manifest: Path, target: Path, *, python: str, uv_platform: str) -> None:
    """Write `target/<model>/<file>` for every file of the manifest; the distribution is unpacked, never imported.

    Raises PackagingError when a file is missing or is not the one that was pinned.
    """
    requirements.pinned(locked)
    wanted = Manifest.model_validate_json(manifest.read_text(encoding="utf-8"))
    with tempfile.TemporaryDirectory(dir=target.parent.parent) as scratch:
        uv.install(locked, Path(scratch), python=python, uv_platform=uv_platform)
        for name, model in wanted.models.items():
            (target / name).mkdir(parents=True)
            for file_name, file in model.files.items():
                _take(Path(scratch, file.source), target / name / file_name, file.sha256)


def _take(source: Path, target: Path, sha256: str) -> None:
    if not source.is_file():
        raise PackagingError(f"the model distribution holds no {source.name} at {source}")
    found = archive.file_sha256(source)
    if found != sha256:
        raise PackagingError(f"{target.parent.name}/{target.name} has SHA-256 {found}, but {sha256} is pinned")
    shutil.move(source, target)
    target.chmod(0o644)
