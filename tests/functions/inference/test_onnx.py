"""The real models: known neighbours, limits, and a folder without models."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from docqa.core.errors import InvalidSetting
from docqa.embeddings.onnx import OnnxEmbedder, OnnxModel, OnnxPairScorer
from tests.fakes.models import OTHER, models_beside, models_dir


def test_what_is_beyond_the_token_limit_changes_nothing() -> None:
    embedder = OnnxEmbedder(models_dir())
    full = "harbour " * 510
    long, longer, short = embedder.embed("passage", [full + "ferry", full + "tea " * 900, "harbour " * 400 + "ferry"])
    assert long == longer
    assert long != short


def test_a_query_is_embedded_with_its_instruction() -> None:
    embedder = OnnxEmbedder(models_dir())
    as_query = embedder.embed("query", ["harbour"])[0]
    as_passage, by_hand = embedder.embed(
        "passage", ["harbour", "Represent this sentence for searching relevant passages: harbour"]
    )
    assert as_query == by_hand
    assert as_query != as_passage


def test_a_model_is_pooled_and_prefixed_as_it_describes(tmp_path: Path) -> None:
    models = models_beside(tmp_path)
    plain = replace(OTHER, query_prefix="", passage_prefix="")
    mean, first = OnnxEmbedder(models, spec=plain), OnnxEmbedder(models, spec=replace(plain, pooling="cls"))
    loaded = OnnxModel(models / OTHER.folder)
    tokens = loaded.run(loaded.tokenizer.encode("harbour lights"))[0]
    for embedder, wanted in ((mean, tokens.mean(axis=0)), (first, tokens[0])):
        found = embedder.embed("passage", ["harbour lights"])[0]
        assert found == pytest.approx(wanted / np.linalg.norm(wanted), abs=1e-6)
    prefixed = OnnxEmbedder(models, spec=OTHER)
    assert prefixed.embed("passage", ["tea"]) == mean.embed("passage", ["passage: tea"])
    assert prefixed.embed("query", ["tea"]) == mean.embed("query", ["tea"])


def test_the_number_of_threads_does_not_change_a_vector() -> None:
    texts = [f"A sentence with {'many ' * n}words" for n in range(6)]
    assert OnnxEmbedder(models_dir(), threads=1).embed("passage", texts) == OnnxEmbedder(models_dir(), threads=3).embed(
        "passage", texts
    )


def test_a_long_query_leaves_room_for_the_passage() -> None:
    scorer = OnnxPairScorer(models_dir())
    ferry, invoice = scorer.score_pairs("ferry " * 700, ["The ferry leaves at nine.", "Invoices are paid late."])
    assert ferry != invoice


def test_a_missing_model_is_said_plainly(tmp_path: Path) -> None:
    with pytest.raises(InvalidSetting, match="DOCQA_MODELS_DIR"):
        OnnxEmbedder(tmp_path).embed("passage", ["text"])
