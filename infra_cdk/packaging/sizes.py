"""Holds every function to Lambda's limits, and draws the table."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from rich.table import Table

from infra_cdk.catalog import FunctionSpec
from infra_cdk.packaging.artifacts import Artifact, Artifacts, PackagingError

# https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html: code and layers, unzipped
MAX_UNZIPPED_BYTES = 250 * 1024 * 1024
MAX_LAYERS = 5


@dataclass(frozen=True, kw_only=True)
class FunctionSize:
    """One row of the table; problems are sentences, none when the function can be deployed."""

    name: str
    code_bytes: int
    layer_bytes: tuple[tuple[str, int], ...]
    problems: tuple[str, ...]

    @property
    def total_bytes(self) -> int:
        """What Lambda counts against the limit."""
        return self.code_bytes + sum(size for _, size in self.layer_bytes)


def measure(function: FunctionSpec, artifacts: Artifacts) -> FunctionSize:
    """Sizes of a function and what is wrong with it."""
    layers = [artifacts.layers[name] for name in function.layers]
    code = artifacts.functions[function.family]
    total = code.unzipped_bytes + sum(layer.unzipped_bytes for layer in layers)
    problems = []
    if total > MAX_UNZIPPED_BYTES:
        problems.append(f"{function.name}: {total:,} bytes unzipped, Lambda takes {MAX_UNZIPPED_BYTES:,}")
    if len(layers) > MAX_LAYERS:
        problems.append(f"{function.name}: {len(layers)} layers, Lambda takes {MAX_LAYERS}")
    problems.extend(f"{function.name}: {words}" for words in _twice(layers))
    return FunctionSize(
        name=function.name,
        code_bytes=code.unzipped_bytes,
        layer_bytes=tuple((layer.name, layer.unzipped_bytes) for layer in layers),
        problems=tuple(problems),
    )


def check(functions: Iterable[FunctionSpec], artifacts: Artifacts) -> list[FunctionSize]:
    """Sizes of all functions. Raises PackagingError that lists everything that breaks a limit."""
    sizes = [measure(function, artifacts) for function in functions]
    if problems := [problem for size in sizes for problem in size.problems]:
        raise PackagingError("\n".join(problems))
    return sizes


def table(sizes: Iterable[FunctionSize]) -> Table:
    """Functions with the layers they carry, in megabytes of 10^6 bytes."""
    drawn = Table(title=f"Unzipped sizes in MB (limit {MAX_UNZIPPED_BYTES / 1e6:.1f})")
    drawn.add_column("function")
    drawn.add_column("code", justify="right")
    drawn.add_column("layers")
    drawn.add_column("total", justify="right")
    drawn.add_column("of limit", justify="right")
    for size in sizes:
        drawn.add_row(
            size.name,
            f"{size.code_bytes / 1e6:.2f}",
            ", ".join(f"{name} {layer_bytes / 1e6:.1f}" for name, layer_bytes in size.layer_bytes),
            f"{size.total_bytes / 1e6:.1f}",
            f"{size.total_bytes / MAX_UNZIPPED_BYTES:.0%}",
        )
    return drawn


def _twice(layers: Iterable[Artifact]) -> list[str]:
    holder: dict[str, str] = {}
    found = []
    for layer in layers:
        for distribution in layer.distributions:
            if distribution in holder:
                found.append(f"{distribution} is in layer {holder[distribution]} and in layer {layer.name}")
            holder.setdefault(distribution, layer.name)
    return found
