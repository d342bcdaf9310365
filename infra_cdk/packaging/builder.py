"""Builds layers and function code into a cache keyed by content."""

from __future__ import annotations

import os
import platform as host
import shutil
import tempfile
import time
import zipfile
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from infra_cdk.catalog import FUNCTIONS, LAYERS, DependencyLayer, Layer, ModelLayer, SourceLayer
from infra_cdk.packaging import archive, bytecode, models, requirements, trim, uv
from infra_cdk.packaging.artifacts import Artifact, Artifacts, PackagingError

BUILDER_VERSION = "1"  # raise it when the same inputs should build something else
KEPT_BUILDS = 6  # per name: three Pythons, each with the build before
STALE_SECONDS = 3600


@dataclass(frozen=True)
class Platform:
    """Where a function runs. uv: its `--python-platform`; lambda_architecture: `x86_64` or `arm64`."""

    uv: str
    lambda_architecture: str

    @property
    def can_strip_here(self) -> bool:
        """Only the host's own `strip` is known to understand the files."""
        return self == host_platform() and self.uv.endswith("manylinux_2_28")


LAMBDA_X86_64 = Platform("x86_64-manylinux_2_28", "x86_64")
LAMBDA_ARM64 = Platform("aarch64-manylinux_2_28", "arm64")


def host_platform() -> Platform:
    """The platform of this machine: on a laptop the functions are processes of it. Raises PackagingError if unknown."""
    arm = host.machine().lower() in {"arm64", "aarch64"}
    if host.system() == "Linux":
        return LAMBDA_ARM64 if arm else LAMBDA_X86_64
    if host.system() == "Darwin":
        return Platform("aarch64-apple-darwin", "arm64") if arm else Platform("x86_64-apple-darwin", "x86_64")
    raise PackagingError(f"{host.system()} is not supported: use Linux, macOS or WSL")


def _silent(_: str) -> None:
    return None


@dataclass(frozen=True, kw_only=True)
class Builder:
    """Builds one artifact at a time for one Python (`3.13`) and platform.

    root: the repository. cache: where builds are kept. say: gets one line per finished artifact.
    """

    root: Path
    cache: Path
    python: str
    platform: Platform
    say: Callable[[str], None] = field(default=_silent)

    def layer(self, layer: Layer) -> Artifact:
        """The zip of a layer, from the cache where its inputs are the same."""
        match layer:
            case DependencyLayer():
                return self._dependencies(layer)
            case ModelLayer():
                return self._models(layer)
            case SourceLayer():
                return self._source(layer)

    def function(self, family: str) -> Artifact:
        """The code of the functions under `functions/<family>`, zipped with that folder as prefix."""
        folder = self.root / "functions" / family
        if not folder.is_dir():
            raise PackagingError(f"{folder} does not exist, but the catalogue names handlers in it")

        def fill(content: Path) -> tuple[str, ...]:
            _copy(archive.files_below(folder), content / family)
            return ()

        return self._cached(f"function-{family}", [family.encode(), *archive.folder_parts(folder)], fill)

    def unpacked(self, layer: Layer) -> Path:
        """The folder that holds what `/opt` holds of this layer, unpacked once beside its zip."""
        zip_path = self.layer(layer).zip_path
        target = zip_path.parent / "content"
        if not target.is_dir():
            with tempfile.TemporaryDirectory(prefix=f".building-{layer.name}-", dir=self.cache) as scratch:
                fresh = Path(scratch, "content")
                with zipfile.ZipFile(zip_path) as opened:
                    opened.extractall(fresh)
                try:
                    fresh.rename(target)
                except OSError:
                    if not target.is_dir():  # it is there when another process was first
                        raise
        return target

    def _dependencies(self, layer: DependencyLayer) -> Artifact:
        locked = self.root / "layers" / "dependencies" / f"{layer.name}.txt"
        requirements.pinned(locked)
        interpreter, strips = uv.interpreter(self.python), self.platform.can_strip_here and shutil.which("strip")
        if interpreter is None:
            self.say(f"{layer.name}: no Python {self.python} on this machine, so it ships without byte code")
        inputs = [
            locked.read_bytes(),
            self.python.encode(),
            self.platform.uv.encode(),
            repr((layer.drop, bool(interpreter), bool(strips))).encode(),
        ]

        def fill(content: Path) -> tuple[str, ...]:
            packages = content / "python"
            uv.install(locked, packages, python=self.python, uv_platform=self.platform.uv)
            trim.trim(packages, layer.drop)
            if strips:
                trim.strip_symbols(packages)
            if interpreter:
                bytecode.compile_tree(content, interpreter)
            return trim.distributions(packages)

        return self._cached(layer.name, inputs, fill)

    def _models(self, layer: ModelLayer) -> Artifact:
        folder = self.root / "layers" / "dependencies"
        locked, manifest = folder / f"{layer.name}.txt", folder / f"{layer.name}.json"
        exported = list(models.exported(self.root, layer.exported))
        inputs = [part for name, path in exported for part in (name.encode(), archive.file_sha256(path).encode())]

        def fill(content: Path) -> tuple[str, ...]:
            models.fill(locked, manifest, content / "models", python=self.python, uv_platform=self.platform.uv)
            _copy(exported, content / "models")
            return ()

        return self._cached(layer.name, [locked.read_bytes(), manifest.read_bytes(), *inputs], fill)

    def _source(self, layer: SourceLayer) -> Artifact:
        folder = self.root / "layers" / layer.source
        if not folder.is_dir():
            raise PackagingError(f"{folder} does not exist, but the catalogue names it as a layer")
        interpreter = uv.interpreter(self.python)
        inputs = [
            self.python.encode(),
            repr(bool(interpreter)).encode(),
            *archive.folder_parts(folder, layer.leave_out),
        ]

        def fill(content: Path) -> tuple[str, ...]:
            _copy(archive.files_below(folder, layer.leave_out), content)
            if interpreter:
                bytecode.compile_tree(content, interpreter)
            return ()

        return self._cached(layer.name, inputs, fill)

    def _cached(self, name: str, inputs: Iterable[bytes], fill: Callable[[Path], tuple[str, ...]]) -> Artifact:
        digest = archive.digest_of([BUILDER_VERSION.encode(), name.encode(), *inputs])
        home = self.cache / f"{name}-{digest[:16]}"
        if (home / "manifest.json").is_file():
            os.utime(home)
            return Artifact.from_manifest(home / "manifest.json")
        started = time.perf_counter()
        self.cache.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=f".building-{name}-", dir=self.cache) as scratch:
            content, ready = Path(scratch, "content"), Path(scratch, "ready")
            content.mkdir()
            ready.mkdir()
            held = fill(content)
            zip_path = ready / f"{name}.zip"
            unzipped = archive.write_zip(content, zip_path)
            artifact = Artifact(
                name=name,
                zip_path=zip_path,
                digest=digest,
                unzipped_bytes=unzipped,
                zipped_bytes=zip_path.stat().st_size,
                distributions=held,
            )
            artifact.write_manifest(ready / "manifest.json")
            if not _move(ready, home):
                self.say(f"{name}: another build was quicker")
        self.say(f"{name}: built in {time.perf_counter() - started:.1f} s, {unzipped / 1e6:.1f} MB")
        return Artifact.from_manifest(home / "manifest.json")


def build_all(builder: Builder, *, workers: int = 2) -> Artifacts:
    """Build every layer and every function's code that the catalogue names; old builds are pruned."""
    families = sorted({function.family for function in FUNCTIONS})
    with ThreadPoolExecutor(workers, thread_name_prefix="packaging") as pool:
        layers = {layer.name: pool.submit(builder.layer, layer) for layer in LAYERS}
        functions = {family: pool.submit(builder.function, family) for family in families}
        built = Artifacts(
            layers={name: future.result() for name, future in layers.items()},
            functions={family: future.result() for family, future in functions.items()},
        )
    prune(builder.cache)
    return built


def prune(cache: Path) -> None:
    """Keep the newest builds of each name, and remove what a killed build left behind."""
    by_name: dict[str, list[Path]] = {}
    for entry in cache.iterdir():
        if entry.name.startswith(".building-"):
            if time.time() - entry.stat().st_mtime > STALE_SECONDS:
                shutil.rmtree(entry, ignore_errors=True)
        elif entry.is_dir():
            by_name.setdefault(entry.name.rsplit("-", 1)[0], []).append(entry)
    for builds in by_name.values():
        for old in sorted(builds, key=lambda path: path.stat().st_mtime, reverse=True)[KEPT_BUILDS:]:
            shutil.rmtree(old, ignore_errors=True)


def _copy(files: Iterable[tuple[str, Path]], target: Path) -> None:
    for name, path in files:
        place = target / name
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(path, place)  # with its mode: a wrapper script must stay executable


def _move(ready: Path, home: Path) -> bool:
    """Rename in one step; False when another process has finished the same build before."""
    try:
        ready.rename(home)
    except OSError:
        if (home / "manifest.json").is_file():
            return False
        raise
    return True
