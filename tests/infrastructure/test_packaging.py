"""Building: cached by content, deterministic, refused when it would not run on Lambda."""

import gzip
import io
import json
import os
import tarfile
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest
from rich.console import Console

from infra_cdk.catalog import FUNCTIONS, LAYERS, DependencyLayer, FunctionSpec, ModelLayer, SourceLayer
from infra_cdk.config import REPOSITORY
from infra_cdk.packaging import Artifact, Artifacts, Builder, PackagingError, archive, models, requirements, trim
from infra_cdk.packaging.builder import KEPT_BUILDS, LAMBDA_X86_64, prune
from infra_cdk.packaging.sizes import MAX_UNZIPPED_BYTES, check, measure, table

LAYER = SourceLayer(name="ours", source="ours")
DEPENDENCIES = REPOSITORY / "layers" / "dependencies"
DEPENDENCY_LAYERS = [layer for layer in LAYERS if isinstance(layer, DependencyLayer)]


@pytest.fixture
def builder(tmp_path: Path) -> Builder:
    """A repository with one function family and one layer of our own."""
    for name, text in {
        "functions/greet/__init__.py": "",
        "functions/greet/hello.py": "def handler(event, context):\n    return event\n",
        "functions/greet/__pycache__/hello.cpython-311.pyc": "stale",
        "layers/ours/python/greeting/__init__.py": "WORD = 'hello'\n",
        "layers/ours/tests/test_it.py": "",
        "layers/ours/README.md": "",
        "layers/ours/run-it": "#!/bin/sh\n",
    }.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    (tmp_path / "layers/ours/run-it").chmod(0o755)
    return Builder(root=tmp_path, cache=tmp_path / "cache", python="3.11", platform=LAMBDA_X86_64)


def contents(artifact: Artifact) -> dict[str, zipfile.ZipInfo]:
    with zipfile.ZipFile(artifact.zip_path) as opened:
        return {entry.filename: entry for entry in opened.infolist()}


def test_a_function_keeps_its_package_and_leaves_caches(builder: Builder) -> None:
    assert set(contents(builder.function("greet"))) == {"greet/__init__.py", "greet/hello.py"}


def test_a_layer_of_ours_is_compiled_and_stays_executable(builder: Builder) -> None:
    found = contents(builder.layer(LAYER))
    compiled = {name for name in found if name.endswith(".pyc")}
    assert set(found) - compiled == {"python/greeting/__init__.py", "run-it"}
    assert found["run-it"].external_attr >> 16 == 0o100755
    assert found["python/greeting/__init__.py"].external_attr >> 16 == 0o100644
    if compiled:  # a Python 3.11 is on this machine
        (name,) = compiled
        with zipfile.ZipFile(builder.layer(LAYER).zip_path) as opened:
            header = opened.read(name)[:8]
        assert int.from_bytes(header[4:8], "little") == 0b01, "unchecked hash: times do not matter (PEP 552)"


def test_the_same_input_is_built_once_and_the_same(builder: Builder, tmp_path: Path) -> None:
    said: list[str] = []
    first = builder.function("greet")
    again = replace(builder, say=said.append).function("greet")
    assert again == first
    assert not said, "came from the cache"
    elsewhere = replace(builder, cache=tmp_path / "other").function("greet")
    assert elsewhere.digest == first.digest
    assert elsewhere.zip_path.read_bytes() == first.zip_path.read_bytes()


def test_another_input_is_another_build(builder: Builder) -> None:
    before = builder.function("greet").digest
    source = builder.root / "functions/greet/hello.py"
    os.utime(source, (1, 1))
    assert builder.function("greet").digest == before, "only content counts"
    source.write_text("def handler(event, context):\n    return None\n", encoding="utf-8")
    after = builder.function("greet").digest
    assert after != before
    source.rename(source.with_name("goodbye.py"))
    assert builder.function("greet").digest not in {before, after}


def test_another_python_is_another_layer(builder: Builder) -> None:
    assert builder.layer(LAYER).digest != replace(builder, python="3.13").layer(LAYER).digest


def test_a_source_that_does_not_compile_fails_the_build(builder: Builder) -> None:
    (builder.root / "layers/ours/python/greeting/broken.py").write_text("def (:\n", encoding="utf-8")
    import sys

    here = replace(builder, python=f"{sys.version_info.major}.{sys.version_info.minor}")
    with pytest.raises(PackagingError, match="does not compile"):
        here.layer(LAYER)
    assert not [entry for entry in builder.cache.iterdir() if entry.name.startswith((".", "ours"))]


def test_a_damaged_cache_says_what_to_do(builder: Builder) -> None:
    built = builder.function("greet")
    built.zip_path.write_bytes(b"")
    with pytest.raises(PackagingError, match="delete that folder"):
        builder.function("greet")


def test_a_missing_folder_says_which(builder: Builder) -> None:
    with pytest.raises(PackagingError, match="functions/absent does not exist"):
        builder.function("absent")


def test_old_builds_are_pruned(builder: Builder) -> None:
    source = builder.root / "functions/greet/hello.py"
    for number in range(KEPT_BUILDS + 2):
        source.write_text(f"{number}", encoding="utf-8")
        home = builder.function("greet").zip_path.parent
        os.utime(home, (1000 + number, 1000 + number))
    prune(builder.cache)
    assert len(list(builder.cache.iterdir())) == KEPT_BUILDS
    assert home.exists(), "the newest stays"


def artifact(name: str, size: int = 1, distributions: tuple[str, ...] = ()) -> Artifact:
    return Artifact(
        name=name,
        zip_path=Path("/nowhere"),
        digest=name,
        unzipped_bytes=size,
        zipped_bytes=size,
        distributions=distributions,
    )


def function(*layers: str) -> FunctionSpec:
    return FunctionSpec(
        name="f", handler="f.main.handler", memory_mb=128, timeout_s=1, layers=layers, needs=frozenset()
    )


def built(*layers: Artifact, code: int = 1) -> Artifacts:
    return Artifacts(layers={layer.name: layer for layer in layers}, functions={"f": artifact("f", code)})


def test_a_function_may_fill_the_limit_but_not_pass_it() -> None:
    exact = built(artifact("a", MAX_UNZIPPED_BYTES - 10), code=10)
    assert check([function("a")], exact)[0].total_bytes == MAX_UNZIPPED_BYTES == 262_144_000
    over = built(artifact("a", MAX_UNZIPPED_BYTES - 10), code=11)
    with pytest.raises(PackagingError, match="262,144,001 bytes unzipped"):
        check([function("a")], over)


def test_six_layers_are_one_too_many() -> None:
    names = [f"l{number}" for number in range(6)]
    with pytest.raises(PackagingError, match="6 layers, Lambda takes 5"):
        check([function(*names)], built(*map(artifact, names)))


def test_a_distribution_in_two_layers_of_one_function_is_refused() -> None:
    twice = built(artifact("a", 1, ("numpy", "pydantic")), artifact("b", 1, ("pydantic",)))
    with pytest.raises(PackagingError, match="pydantic is in layer a and in layer b"):
        check([function("a", "b")], twice)
    check([function("a"), function("b")], twice)  # in two functions it is fine


def test_the_table_shows_every_function_and_its_share() -> None:
    size = measure(function("a"), built(artifact("a", MAX_UNZIPPED_BYTES // 2)))
    console = Console(width=120, record=True, file=open(os.devnull, "w"))  # noqa: SIM115
    with console.file:
        console.print(table([size]))
    text = console.export_text()
    assert "a 131.1" in text
    assert "50%" in text


def test_trimming_keeps_what_runs_and_what_names_it(tmp_path: Path) -> None:
    kept = ["lib/core.py", "lib/data.json", "lib/testing/helper.py", "lib-1.dist-info/METADATA", "x.libs/libx.so"]
    dropped = ["lib/tests/test_core.py", "lib/core.pyi", "lib/core.c", "lib/tools/big.py", "bin/lib", "lib/a.h"]
    dropped += ["lib-1.dist-info/RECORD", "lib/__pycache__/core.pyc"]
    for name in kept + dropped:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    trim.trim(tmp_path, drop=("lib/tools/*",))
    left = {path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*") if path.is_file()}
    assert left == set(kept)
    assert not [path for path in tmp_path.rglob("*") if path.is_dir() and not any(path.iterdir())]
    assert trim.distributions(tmp_path) == ("lib",)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("numpy\n", "no pin"),
        ("numpy==2.0\n", "no pin with a hash"),
        ("--index-url https://packages.example/simple\n", "names a download address"),
    ],
)
def test_requirements_without_pin_or_hash_are_refused(tmp_path: Path, text: str, problem: str) -> None:
    path = tmp_path / "r.txt"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(PackagingError, match=problem):
        requirements.pinned(path)


@pytest.mark.parametrize("layer", [layer.name for layer in LAYERS if not isinstance(layer, SourceLayer)])
def test_every_layer_is_pinned_with_hashes(layer: str) -> None:
    pins = requirements.pinned(DEPENDENCIES / f"{layer}.txt")
    wanted = (DEPENDENCIES / f"{layer}.in").read_text(encoding="utf-8").splitlines()
    asked = {requirements.normalise(line.split("==")[0].split("[")[0]) for line in wanted if line and line[0] != "#"}
    assert asked <= set(pins)


def test_layers_that_must_be_alike_are() -> None:
    pins = {layer.name: requirements.pinned(DEPENDENCIES / f"{layer.name}.txt") for layer in DEPENDENCY_LAYERS}
    pairs = [(layer.name, other) for layer in DEPENDENCY_LAYERS for other in layer.alike]
    assert ("tokenizer", "inference") in pairs
    for one, other in pairs:
        both = pins[one].keys() & pins[other].keys()
        assert both
        assert {name: pins[one][name] for name in both} == {name: pins[other][name] for name in both}


def test_tokens_are_counted_with_the_vocabulary_of_the_model_that_runs() -> None:
    read = {
        name: models.Manifest.model_validate_json((DEPENDENCIES / f"{name}.json").read_text(encoding="utf-8"))
        for name in ("models", "vocabulary")
    }
    for name, model in read["vocabulary"].models.items():
        assert set(model.files) == {"tokenizer.json"}
        assert model.files["tokenizer.json"] == read["models"].models[name].files["tokenizer.json"]


def test_no_function_pins_a_distribution_twice() -> None:
    locked = {
        layer.name: set(requirements.pinned(DEPENDENCIES / f"{layer.name}.txt"))
        for layer in LAYERS
        if not isinstance(layer, SourceLayer)
    }
    for spec in FUNCTIONS:
        seen: set[str] = set()
        for pins in (locked.get(name, set()) for name in spec.layers):
            assert not seen & pins, spec.name
            seen |= pins


def test_a_model_file_with_another_hash_is_refused(tmp_path: Path) -> None:
    source = tmp_path / "model.onnx"
    source.write_bytes(b"weights")
    target = tmp_path / "models" / "m" / "model.onnx"
    target.parent.mkdir(parents=True)
    with pytest.raises(PackagingError, match="is pinned"):
        models._take(source, target, "0" * 64)
    assert not target.exists()
    models._take(source, target, archive.file_sha256(source))
    assert target.read_bytes() == b"weights"


def test_models_are_pinned_by_hash_and_licence() -> None:
    manifest = models.Manifest.model_validate(json.loads((DEPENDENCIES / "models.json").read_text(encoding="utf-8")))
    assert set(manifest.models) == {"bge-small-en-v1.5", "ms-marco-MiniLM-L-12-v2"}
    for model in manifest.models.values():
        assert set(model.files) == {"model.onnx", "tokenizer.json"}
        assert model.licence in {"MIT", "Apache-2.0"}


def test_the_data_of_character_recognition_is_pinned() -> None:
    manifest = models.Manifest.model_validate_json((DEPENDENCIES / "ocr-data.json").read_text(encoding="utf-8"))
    (data,) = manifest.models.values()
    assert {"eng", "deu", "fra", "spa", "ita", "por", "nld", "chi_sim", "jpn", "kor", "ara", "osd"} <= {
        name.removesuffix(".traineddata") for name in data.files
    }
    assert data.licence == "Apache-2.0"
    assert all((file.package is None) == (not file.source.endswith(".gz")) for file in data.files.values())


def npm_package(path: Path, files: dict[str, bytes]) -> Path:
    """An archive as `npm pack` makes it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with tarfile.open(path, "w:gz") as packed:
        for name, content in files.items():
            entry = tarfile.TarInfo(f"package/{name}")
            entry.size = len(content)
            packed.addfile(entry, io.BytesIO(content))
    return path


def test_a_file_of_an_npm_package_is_unzipped(tmp_path: Path) -> None:
    files = {"4.0.0/a.traineddata.gz": gzip.compress(b"weights"), "plain.txt": b"words"}
    packed = npm_package(tmp_path / "npm-0" / "data-1.0.0.tgz", files)
    assert models._unpacked(packed, "4.0.0/a.traineddata.gz", tmp_path).read_bytes() == b"weights"
    assert models._unpacked(packed, "plain.txt", tmp_path).read_bytes() == b"words"
    with pytest.raises(PackagingError, match=r"holds no file 4\.0\.0/b"):
        models._unpacked(packed, "4.0.0/b.traineddata.gz", tmp_path)


def test_a_file_that_unpacks_without_end_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    packed = npm_package(tmp_path / "npm-0" / "data-1.0.0.tgz", {"a.gz": gzip.compress(b"0" * 2_000)})
    monkeypatch.setattr(models, "MAX_FILE_BYTES", 2_000)
    models._unpacked(packed, "a.gz", tmp_path)
    monkeypatch.setattr(models, "MAX_FILE_BYTES", 1_999)
    with pytest.raises(PackagingError, match="more than 1,999 bytes"):
        models._unpacked(packed, "a.gz", tmp_path)


def test_npm_says_why_it_has_no_package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    npm = tmp_path / "bin" / "npm"
    npm.parent.mkdir()
    npm.write_text("#!/bin/sh\necho 'no such package' >&2\nexit 1\n", encoding="utf-8")
    npm.chmod(0o755)
    monkeypatch.setenv("PATH", str(npm.parent), prepend=":")
    with pytest.raises(PackagingError, match="no such package"):
        models._packed(["@scope/data@1.0.0"], tmp_path)


def test_a_package_without_a_version_is_no_pin() -> None:
    with pytest.raises(ValueError, match="package"):
        models.ModelFile(source="a", sha256="0" * 64, package="@scope/data")


def test_a_layer_is_unpacked_once(builder: Builder) -> None:
    folder = builder.unpacked(LAYER)
    assert (folder / "python/greeting/__init__.py").read_text(encoding="utf-8") == "WORD = 'hello'\n"
    (folder / "mark").touch()
    assert (builder.unpacked(LAYER) / "mark").exists()


def test_models_that_were_exported_here_go_along(builder: Builder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(models, "fill", lambda *_, **__: None)
    dependencies = builder.root / "layers" / "dependencies"
    dependencies.mkdir()
    for name in ("models", "vocabulary"):
        (dependencies / f"{name}.txt").touch()
        (dependencies / f"{name}.json").touch()
    layers = {layer.name: layer for layer in LAYERS if isinstance(layer, ModelLayer)}
    without = builder.layer(layers["models"])
    folder = builder.root / ".docqa" / "models" / "mini"
    folder.mkdir(parents=True)
    for name in ("model.json", "model.onnx", "tokenizer.json", "notes.txt"):
        (folder / name).write_text(name, encoding="utf-8")
    files = {name: set(contents(builder.layer(layers[name]))) for name in ("models", "vocabulary")}
    assert files == {
        "models": {"models/mini/model.json", "models/mini/model.onnx", "models/mini/tokenizer.json"},
        "vocabulary": {"models/mini/tokenizer.json"},
    }
    first = builder.layer(layers["models"])
    assert first.digest != without.digest
    (folder / "model.onnx").write_text("other weights", encoding="utf-8")
    assert builder.layer(layers["models"]).digest != first.digest
    (folder / "model.onnx").unlink()
    with pytest.raises(PackagingError, match=r"mini/model\.onnx"):
        builder.layer(layers["models"])
