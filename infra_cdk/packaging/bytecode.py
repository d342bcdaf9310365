"""Compiles a layer ahead: `/opt` is read-only on Lambda, so an import could never keep its byte code."""

from __future__ import annotations

import subprocess
from pathlib import Path

from infra_cdk.packaging.artifacts import PackagingError


def compile_tree(root: Path, interpreter: str, *, mounted_at: str = "/opt") -> None:
    """Write unchecked-hash `.pyc` files (never compared with the source's time) beside the sources.

    Tracebacks then name `mounted_at/…`. Raises PackagingError when a source does not compile.
    """
    done = subprocess.run(
        [
            *(interpreter, "-I", "-m", "compileall", "-q", "-f", "-j", "1"),
            *("--invalidation-mode", "unchecked-hash", "-s", str(root), "-p", mounted_at, str(root)),
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise PackagingError(f"{root.name} does not compile:\n{(done.stdout + done.stderr).strip()[-2000:]}")
