"""Exports have the vectors of sentence-transformers, which this needs: `make parity` runs it, `make test` does not."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from tokenizers import Tokenizer

from docqa.embeddings.onnx import OnnxEmbedder
from docqa.embeddings.registry import EmbeddingModels, in_folder
from docqa.embeddings.tokens import ModelTokens
from tools.models.__main__ import original
from tools.models.export import ExportError, Wishes, export, load
from tools.models.parity import ENOUGH, measure, reference, spec_of
from tools.models.texts import SCRAPS, real

MINILM = original("all-MiniLM-L6-v2")
PROMPT = "Represent this sentence for searching relevant passages: "


@pytest.fixture(scope="session")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("models")


@pytest.fixture(scope="session")
def int8(models: Path) -> Path:
    """all-MiniLM-L6-v2: mean pooling, no prompts."""
    export(MINILM, models / "int8", Wishes(name="all-MiniLM-L6-v2-int8", languages=frozenset({"en"})))
    return models / "int8"


@pytest.fixture(scope="session")
def float32(models: Path) -> Path:
    export(MINILM, models / "float32", Wishes(precision="float32"))
    return models / "float32"


@pytest.fixture(scope="session")
def bge_like(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same weights set up as BGE is: first token's vector, 512 tokens, a prompt before queries."""
    folder = tmp_path_factory.mktemp("originals") / "bge-like"
    shutil.copytree(MINILM, folder)
    change(folder / "1_Pooling" / "config.json", pooling_mode_cls_token=True, pooling_mode_mean_tokens=False)
    change(folder / "sentence_bert_config.json", max_seq_length=512, do_lower_case=True)
    change(folder / "config_sentence_transformers.json", prompts={"query": PROMPT, "document": ""})
    return folder


def change(file: Path, **fields: object) -> None:
    file.write_text(json.dumps({**json.loads(file.read_text(encoding="utf-8")), **fields}), encoding="utf-8")


def test_float32_is_the_same_model(float32: Path) -> None:
    measured = measure(load(MINILM), float32, {**real(), "scraps": list(SCRAPS)})
    print("\nfloat32", *measured, sep="\n")
    assert min(parity.least for parity in measured) > 0.9999


def test_int8_is_near_enough_on_real_text(int8: Path) -> None:
    measured = measure(load(MINILM), int8, real())
    print("\nint8", *measured, sep="\n")
    assert min(parity.least for parity in measured) >= ENOUGH


def test_int8_is_near_on_scraps(int8: Path) -> None:
    (measured,) = measure(load(MINILM), int8, {"scraps": list(SCRAPS)})
    print("\nint8", measured, sep="\n")
    assert measured.least >= 0.97


def test_a_model_like_bge(bge_like: Path, models: Path) -> None:
    spec = export(bge_like, models / "bge-like", Wishes(precision="float32"))
    assert (spec.pooling, spec.max_tokens, spec.query_prefix, spec.passage_prefix) == ("cls", 512, PROMPT, "")
    measured = measure(load(bge_like), models / "bge-like", real())
    print("\nlike bge, float32", *measured, sep="\n")
    assert {parity.kind for parity in measured} == {"passage", "query"}
    assert min(parity.least for parity in measured) > 0.9999


def test_another_pooling_would_be_noticed(float32: Path, bge_like: Path) -> None:
    assert min(parity.least for parity in measure(load(bge_like), float32, {"questions": real()["questions"]})) < 0.9


def test_a_folder_that_was_exported_describes_itself(int8: Path) -> None:
    spec = EmbeddingModels(in_folder(int8.parent)).get("all-MiniLM-L6-v2-int8")
    assert spec == spec_of(int8)
    assert (spec.dimensions, spec.pooling, spec.max_tokens) == (384, "mean", 256)
    assert (spec.query_prefix, spec.passage_prefix, spec.languages) == ("", "", {"en"})


def test_the_tokenizer_neither_pads_nor_cuts(int8: Path) -> None:
    tokenizer = Tokenizer.from_file(str(int8 / "tokenizer.json"))
    assert (tokenizer.padding, tokenizer.truncation) == (None, None)
    assert ModelTokens(int8.parent, spec=spec_of(int8)).count(["word " * 1_000]) == [1_000]


def test_a_text_of_exactly_the_window_counts_in_full(float32: Path) -> None:
    ours = OnnxEmbedder(float32.parent, spec=spec_of(float32))
    texts = ["harbour " * 253 + end for end in ("ferry", "ferry tea tea", "tea")]
    vectors = np.array(ours.embed("passage", texts))
    assert np.allclose(np.sum(vectors * reference(load(MINILM), texts, ""), axis=1), 1, atol=1e-4)
    assert (vectors[0] == vectors[1]).all()
    assert not (vectors[0] == vectors[2]).all()


def test_an_export_twice_is_the_same_file(int8: Path, models: Path) -> None:
    """The name stands for the vectors: the same name must not come to mean others."""
    export(MINILM, models / "again", Wishes())
    assert (models / "again" / "model.onnx").read_bytes() == (int8 / "model.onnx").read_bytes()


def test_what_is_not_run_alike_is_refused(bge_like: Path, tmp_path: Path) -> None:
    folder = tmp_path / "max"
    shutil.copytree(bge_like, folder)
    change(folder / "1_Pooling" / "config.json", pooling_mode_max_tokens=True, pooling_mode_cls_token=False)
    with pytest.raises(ExportError, match="max"):
        export(folder, tmp_path / "out", Wishes())
    with pytest.raises(ExportError, match=r"modules\.json"):
        export(tmp_path, tmp_path / "out", Wishes())
    assert not (tmp_path / "out").exists()
