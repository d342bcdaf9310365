"""The calls of uv that packaging makes."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path

from infra_cdk.packaging.artifacts import PackagingError


@cache
def executable() -> str:
    """uv beside this interpreter, else on the PATH. Raises PackagingError when there is none."""
    places = os.pathsep.join([str(Path(sys.prefix) / "bin"), os.environ.get("PATH", "")])
    found = shutil.which("uv", path=places)
    if found is None:
        raise PackagingError("uv is missing: install it with `pip install uv` into the environment that runs this")
    return found


def run(*arguments: str) -> str:
    """Standard output of `uv …`. Raises PackagingError with uv's own words when it fails."""
    # copies, never links: trimming must not reach into uv's cache
    environment = os.environ | {"UV_LINK_MODE": "copy"}
    environment.pop("VIRTUAL_ENV", None)
    done = subprocess.run([executable(), *arguments], capture_output=True, text=True, env=environment, check=False)
    if done.returncode:
        raise PackagingError(f"uv {' '.join(arguments[:2])} failed:\n{done.stderr.strip()[-3000:]}")
    return done.stdout


def install(requirements: Path, target: Path, *, python: str, uv_platform: str) -> None:
    """Unpack exactly the pinned distributions into `target`; nothing is resolved, built or run."""
    run(
        *("pip", "install", "--quiet", "--no-deps", "--require-hashes", "--only-binary", ":all:"),
        *("--python-version", python, "--python-platform", uv_platform),
        *("--target", str(target), "--requirements", str(requirements)),
    )


@cache
def interpreter(python: str) -> str | None:
    """Path of a Python of that minor version on this machine ("3.13"), or None."""
    if python == f"{sys.version_info.major}.{sys.version_info.minor}":
        return sys.executable
    done = subprocess.run(
        [executable(), "python", "find", "--no-project", "--no-python-downloads", python],
        capture_output=True,
        text=True,
        check=False,  # not found is an answer here
    )
    if done.returncode == 0:
        return done.stdout.strip()
    # pyenv shows only the versions that are switched on
    versions = sorted(Path.home().glob(f".pyenv/versions/{python}.*/bin/python{python}"))
    return str(versions[-1]) if versions else None
