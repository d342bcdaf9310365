"""Where the real models lie. Tests that need them fail with a sentence when they are not built; they never skip.

What character recognition needs is small, and the fast tests need it: it is built when it is not there.
"""

import os
import shutil
import tempfile
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest

from docqa.embeddings.catalog import BGE_SMALL, EmbeddingModel
from docqa.embeddings.registry import DESCRIPTION, described, in_folder
from infra_cdk.catalog import ModelLayer
from infra_cdk.config import BUILD_CACHE, REPOSITORY, host_python
from infra_cdk.packaging import Builder, host_platform

BUILD = Path(__file__).parents[2] / ".docqa" / "build"
NEEDED = Path("bge-small-en-v1.5") / "model.onnx"

OTHER = replace(
    BGE_SMALL,
    name="bge-small-mean",
    folder="bge-small-mean",
    pooling="mean",
    max_tokens=256,
    query_prefix="",
    passage_prefix="passage: ",
)
"""Another model out of the same files: its vectors differ, and it describes itself."""


def models_dir() -> Path:
    """The folder of the models: DOCQA_MODELS_DIR, or what the newest built layer of models holds."""
    chosen = os.environ.get("DOCQA_MODELS_DIR")
    folder = Path(chosen) if chosen else _unpacked_layer()
    if folder is None or not (folder / NEEDED).is_file():
        pytest.fail(f"There are no models in {folder or BUILD}. `make test` builds them; or set DOCQA_MODELS_DIR.")
    return folder


def described_models() -> list[EmbeddingModel]:
    """OTHER, and the models in `models_dir()` that describe themselves; for when tests are collected."""
    chosen = os.environ.get("DOCQA_MODELS_DIR")
    folder = Path(chosen) if chosen else _unpacked_layer()
    return [OTHER, *(in_folder(folder) if folder else [])]


def models_beside(folder: Path) -> Path:
    """`folder` with everything in `models_dir()`, and OTHER."""
    for model in models_dir().iterdir():
        (folder / model.name).symlink_to(model)
    other = folder / OTHER.folder
    other.mkdir()
    for name in ("model.onnx", "tokenizer.json"):
        (other / name).symlink_to(models_dir() / BGE_SMALL.folder / name)
    (other / DESCRIPTION).write_text(described(OTHER), encoding="utf-8")
    return folder


def _unpacked_layer() -> Path | None:
    """The layer's `models` folder, unpacked once; processes may come here at the same time."""
    built = sorted(BUILD.glob("layers/models-*/*.zip"), key=lambda file: file.stat().st_mtime)
    if not built:
        return None
    target = BUILD / "models" / built[-1].parent.name
    if not target.is_dir():
        target.parent.mkdir(parents=True, exist_ok=True)
        fresh = Path(tempfile.mkdtemp(dir=target.parent))
        with zipfile.ZipFile(built[-1]) as layer:
            layer.extractall(fresh)
        try:
            fresh.rename(target)
        except OSError:  # another process was first
            shutil.rmtree(fresh)
    return target / "models"


def tessdata_dir() -> Path:
    """The folder of Tesseract's data: DOCQA_TESSDATA, or the layer's, built and unpacked once."""
    if chosen := os.environ.get("DOCQA_TESSDATA"):
        return Path(chosen)
    builder = Builder(root=REPOSITORY, cache=BUILD_CACHE, python=host_python(), platform=host_platform(), say=print)
    return builder.unpacked(ModelLayer(name="ocr-data")) / "models" / "tessdata"
