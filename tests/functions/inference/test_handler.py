"""The handler as Lambda calls it, with the real models."""

import json
import math
from pathlib import Path

import pytest

from docqa.core.errors import InvalidRequest, InvalidSetting
from docqa.embeddings.wire import unpack_vectors
from inference import main
from tests.fakes.models import OTHER, models_beside, models_dir


@pytest.fixture(autouse=True)
def _models(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOCQA_MODELS_DIR", str(models_dir()))


def test_embed(capsys: pytest.CaptureFixture[str]) -> None:
    response = main.handler({"operation": "embed", "kind": "passage", "texts": ["one", "two"]}, None)
    assert (response["model"], response["dimensions"]) == ("bge-small-en-v1.5-int8", 384)
    assert [math.hypot(*v) for v in unpack_vectors(response["vectors"], 384)] == pytest.approx([1, 1], abs=1e-5)
    logged = json.loads(capsys.readouterr().out)
    assert logged["message"] == "inference_done"
    assert (logged["model"], logged["texts"]) == (response["model"], 2)


def test_a_request_names_its_model(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("DOCQA_MODELS_DIR", str(models_beside(tmp_path)))
    main.service.cache_clear()
    try:
        request = {"operation": "embed", "kind": "passage", "texts": ["one"]}
        named, unnamed = (main.handler(event, None) for event in ({**request, "model": OTHER.name}, request))
        assert (named["model"], unnamed["model"]) == (OTHER.name, "bge-small-en-v1.5-int8")
        assert named["vectors"] != unnamed["vectors"]
    finally:
        main.service.cache_clear()


def test_the_environment_names_the_default_model(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("DOCQA_MODELS_DIR", str(models_beside(tmp_path)))
    monkeypatch.setenv("DOCQA_EMBEDDING_MODEL", OTHER.name)
    main.service.cache_clear()
    try:
        assert main.handler({"operation": "embed", "kind": "query", "texts": []}, None)["model"] == OTHER.name
        monkeypatch.setenv("DOCQA_EMBEDDING_MODEL", "no-such-model")
        main.service.cache_clear()
        with pytest.raises(InvalidSetting, match=f"no-such-model.*bge-small-en-v1.5-int8, {OTHER.name}"):
            main.handler({"operation": "embed", "kind": "query", "texts": []}, None)
    finally:
        main.service.cache_clear()


def test_score() -> None:
    query = "How long is the bridge?"
    response = main.handler({"operation": "score", "query": query, "passages": ["Tea is hot.", "It is 90 m."]}, None)
    assert response["model"] == "ms-marco-MiniLM-L-12-v2-int8"
    assert response["scores"][1] > response["scores"][0]


def test_a_spent_budget_leaves_null() -> None:
    event = {"operation": "score", "query": "q", "passages": ["a", "b"], "budget_ms": 0}
    assert json.loads(json.dumps(main.handler(event, None)))["scores"] == [None, None]


@pytest.mark.parametrize(
    "event",
    [
        {},
        {"operation": "embed", "kind": "query", "texts": ["a"], "model": "no-such-model"},
        {"operation": "embed", "kind": "query", "texts": ["a"], "model": 7},
        {"operation": "translate"},
        {"operation": "embed", "texts": ["a"]},
        {"operation": "embed", "kind": "passage", "texts": "a"},
        {"operation": "score", "passages": ["a"]},
        {"operation": "score", "query": "q", "passages": ["a"] * 65},
        {"operation": "score", "query": "q", "passages": ["a"], "budget_ms": "soon"},
        {"operation": "score", "query": "q", "passages": ["a"], "budget_ms": True},
    ],
)
def test_a_wrong_request_is_a_function_error(event: dict[str, object]) -> None:
    with pytest.raises(InvalidRequest):
        main.handler(event, None)


def test_the_reranker_is_loaded_by_the_first_score(monkeypatch: pytest.MonkeyPatch, tmp_path: object) -> None:
    """An environment that only embeds pays for one model: here there is no other."""
    folder = tmp_path
    (folder / "bge-small-en-v1.5").symlink_to(models_dir() / "bge-small-en-v1.5")  # type: ignore[operator]
    monkeypatch.setenv("DOCQA_MODELS_DIR", str(folder))
    main.service.cache_clear()
    try:
        main.handler({"operation": "embed", "kind": "query", "texts": ["a"]}, None)
        with pytest.raises(InvalidSetting):
            main.handler({"operation": "score", "query": "q", "passages": ["a"]}, None)
    finally:
        main.service.cache_clear()
