"""Builds every layer and function and prints the table: `python -m infra_cdk.packaging [--python 3.11]`."""

from __future__ import annotations

import argparse
import sys

from rich.console import Console

from infra_cdk.catalog import FUNCTIONS
from infra_cdk.config import BUILD_CACHE, REPOSITORY, host_python
from infra_cdk.packaging import sizes
from infra_cdk.packaging.artifacts import PackagingError
from infra_cdk.packaging.builder import LAMBDA_ARM64, LAMBDA_X86_64, Builder, build_all, host_platform


def main() -> int:
    """Exit code 0 only when every function fits."""
    parser = argparse.ArgumentParser(prog="python -m infra_cdk.packaging", description=__doc__)
    parser.add_argument("--python", default=host_python(), help="minor version of the functions, such as 3.13")
    parser.add_argument("--platform", choices=("host", "x86_64", "arm64"), default="host")
    arguments = parser.parse_args()
    console, errors = Console(), Console(stderr=True)
    try:
        platform = {"x86_64": LAMBDA_X86_64, "arm64": LAMBDA_ARM64}.get(arguments.platform) or host_platform()
        builder = Builder(
            root=REPOSITORY,
            cache=BUILD_CACHE,
            python=arguments.python,
            platform=platform,
            say=lambda line: console.print(line, highlight=False),
        )
        console.print(sizes.table(sizes.check(FUNCTIONS, build_all(builder))))
    except PackagingError as error:
        errors.print(f"[red]packaging failed:[/red] {error}", highlight=False)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
