"""Pins the layers into `layers/dependencies/<name>.txt`: `python -m infra_cdk.packaging.lock [name …] [--upgrade]`."""

from __future__ import annotations

import argparse
import shutil
import tempfile
from pathlib import Path

from infra_cdk.catalog import LAYERS, DependencyLayer, ModelLayer
from infra_cdk.config import REPOSITORY
from infra_cdk.packaging import requirements, uv

OLDEST_PYTHON = "3.11"
FOLDER = REPOSITORY / "layers" / "dependencies"


def lock(layer: DependencyLayer | ModelLayer, *, upgrade: bool = False) -> Path:
    """Resolve `<name>.in` for every supported Python and platform; layers beneath constrain it and are left out."""
    target = FOLDER / f"{layer.name}.txt"
    over = layer.over if isinstance(layer, DependencyLayer) else ()
    excludes = layer.excludes if isinstance(layer, DependencyLayer) else ()
    alike = layer.alike if isinstance(layer, DependencyLayer) else ()
    beneath = [FOLDER / f"{name}.txt" for name in over]
    constraints = [*beneath, *(FOLDER / f"{name}.txt" for name in alike)]
    held = sorted({name for path in beneath for name in requirements.pinned(path)})
    with tempfile.TemporaryDirectory() as scratch:
        left_out = Path(scratch, "excludes.txt")
        left_out.write_text("\n".join(excludes), encoding="utf-8")
        output = Path(scratch, "pins.txt")
        if target.exists():
            shutil.copy(target, output)  # uv keeps the pins it finds in its output
        uv.run(
            *("pip", "compile", "--quiet", "--universal", "--python-version", OLDEST_PYTHON, "--generate-hashes"),
            *("--no-emit-index-url", "--no-annotate", "--no-header", "--excludes", str(left_out)),
            *(option for path in constraints for option in ("--constraints", str(path))),
            *(option for name in held for option in ("--no-emit-package", name)),
            *(("--no-deps",) if isinstance(layer, ModelLayer) else ()),
            *(("--upgrade",) if upgrade else ()),
            *("--output-file", str(output)),
            str(FOLDER / f"{layer.name}.in"),
        )
        written = output.read_text(encoding="utf-8")
    target.write_text(
        f"# Pinned from {layer.name}.in by `python -m infra_cdk.packaging.lock`.\n{written}", encoding="utf-8"
    )
    return target


def main() -> None:
    """Lock the named layers, or all."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*")
    parser.add_argument("--upgrade", action="store_true", help="take newer versions where the .in files allow")
    arguments = parser.parse_args()
    for layer in LAYERS:
        if isinstance(layer, DependencyLayer | ModelLayer) and (not arguments.names or layer.name in arguments.names):
            print(lock(layer, upgrade=arguments.upgrade).relative_to(REPOSITORY))


if __name__ == "__main__":
    main()
