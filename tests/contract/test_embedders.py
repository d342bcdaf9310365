"""What every Embedder and every PairScorer must do, the real ones and the fake ones."""

import asyncio
import math
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from docqa.core.ports import Embedder, PairScorer, Reranker
from docqa.embeddings.onnx import OnnxEmbedder, OnnxPairScorer
from docqa.embeddings.registry import EmbeddingModels, in_folder
from docqa.embeddings.remote import InferenceFunction, RemoteEmbedder, RemotePairScorer
from inference import main
from tests.fakes.embedding import HashingEmbedder, InProcessLambda, OverlapScorer
from tests.fakes.models import described_models, models_beside, models_dir
from tests.fakes.retrieval import ScriptedReranker

TEXTS = [
    "The ferry leaves the harbour at nine in the morning.",
    "Invoices are paid within thirty days.",
    "渡船早上九点离开港口。",
    "",
    "word " * 3_000,
]


MODELS = [spec.name for spec in EmbeddingModels(described_models()).all()]


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Every model that is there, and one that describes itself."""
    return models_beside(tmp_path_factory.mktemp("models"))


@pytest.fixture(scope="module")
def function(models: Path) -> InferenceFunction:
    patch = pytest.MonkeyPatch()
    patch.setenv("DOCQA_MODELS_DIR", str(models))
    main.service.cache_clear()
    yield InferenceFunction("inference", make_client=lambda: InProcessLambda(main.handler))
    patch.undo()
    main.service.cache_clear()


@pytest.fixture(scope="module", params=[*(f"{way}:{name}" for name in MODELS for way in ("onnx", "remote")), "fake"])
def embedder(request: pytest.FixtureRequest, models: Path, function: InferenceFunction) -> Embedder:
    way, _, name = request.param.partition(":")
    if way == "fake":
        return HashingEmbedder()
    spec = EmbeddingModels(in_folder(models)).get(name)
    return OnnxEmbedder(models, spec=spec) if way == "onnx" else RemoteEmbedder(function, spec)


@pytest.fixture(scope="module", params=["onnx", "remote", "fake"])
def scorer(request: pytest.FixtureRequest, function: InferenceFunction) -> PairScorer:
    make: dict[str, Callable[[], PairScorer]] = {
        "onnx": lambda: OnnxPairScorer(models_dir()),
        "remote": lambda: RemotePairScorer(function),
        "fake": OverlapScorer,
    }
    return make[request.param]()


def test_one_unit_length_vector_a_text(embedder: Embedder) -> None:
    vectors = asyncio.run(embedder.embed_passages(TEXTS))
    assert [len(vector) for vector in vectors] == [embedder.dimensions] * len(TEXTS)
    assert [math.hypot(*vector) for vector in vectors] == pytest.approx([1.0] * len(TEXTS), abs=1e-5)


def test_a_model_says_its_name_and_its_languages(embedder: Embedder) -> None:
    assert embedder.model
    assert embedder.languages is None or all(len(code) == 2 and code.islower() for code in embedder.languages)


def test_a_vector_does_not_depend_on_its_neighbours(embedder: Embedder) -> None:
    together = asyncio.run(embedder.embed_passages(TEXTS))
    alone = [asyncio.run(embedder.embed_passages([text]))[0] for text in TEXTS]
    assert together == alone


def test_a_query_is_nearest_to_the_passage_that_answers_it(embedder: Embedder) -> None:
    query = asyncio.run(embedder.embed_query("When does the ferry leave the harbour?"))
    vectors = asyncio.run(embedder.embed_passages(TEXTS))
    cosines = [dot(query, vector) for vector in vectors]
    assert max(range(len(TEXTS)), key=cosines.__getitem__) == 0


def test_queries_together_have_the_vectors_of_each_alone(embedder: Embedder) -> None:
    together = asyncio.run(embedder.embed_queries(TEXTS[:3]))
    assert together == [asyncio.run(embedder.embed_query(text)) for text in TEXTS[:3]]
    assert asyncio.run(embedder.embed_queries([])) == []


def test_no_texts_give_no_vectors(embedder: Embedder) -> None:
    assert asyncio.run(embedder.embed_passages([])) == []


def test_more_texts_than_one_request_takes(embedder: Embedder) -> None:
    texts = [f"Item number {n}" for n in range(70)]
    vectors = asyncio.run(embedder.embed_passages(texts))
    assert len(vectors) == 70
    assert vectors[69] == asyncio.run(embedder.embed_passages(texts[69:]))[0]


def test_the_answering_passage_scores_highest(scorer: PairScorer) -> None:
    scores = asyncio.run(scorer.score("When does the ferry leave the harbour?", TEXTS))
    assert len(scores) == len(TEXTS)
    assert max(scores) == scores[0]
    assert scores == [asyncio.run(scorer.score("When does the ferry leave the harbour?", [text]))[0] for text in TEXTS]


@pytest.fixture(scope="module", params=["onnx", "remote", "fake"])
def reranker(request: pytest.FixtureRequest, function: InferenceFunction) -> Reranker:
    make: dict[str, Callable[[], Reranker]] = {
        "onnx": lambda: OnnxPairScorer(models_dir()),
        "remote": lambda: RemotePairScorer(function),
        "fake": lambda: ScriptedReranker(lambda passage: float("ferry" in passage)),
    }
    return make[request.param]()


def test_the_answering_passage_is_ranked_highest(reranker: Reranker) -> None:
    scores = asyncio.run(reranker.rerank("When does the ferry leave the harbour?", TEXTS, budget_s=60))
    assert len(scores) == len(TEXTS)
    assert all(score is not None for score in scores)
    assert max(score for score in scores if score is not None) == scores[0]
    assert asyncio.run(reranker.rerank("anything", [], budget_s=60)) == []


@pytest.mark.parametrize("reranker", ["onnx", "remote"], indirect=True)
def test_what_the_budget_does_not_reach_has_no_score(reranker: Reranker) -> None:
    asyncio.run(reranker.rerank("ferry", TEXTS[:1], budget_s=60))  # loads the model
    passages = ["The ferry leaves the harbour at nine. " * 40] * 60
    start = time.perf_counter()
    scores = asyncio.run(reranker.rerank("When does the ferry leave?", passages, budget_s=1.0))
    assert time.perf_counter() - start < 3.0
    read = [n for n, score in enumerate(scores) if score is not None]
    assert 0 < len(read) < len(passages) == len(scores)
    assert read == list(range(len(read))), "the first passages are read first"
    assert asyncio.run(reranker.rerank("ferry", passages, budget_s=0.0)) == [None] * len(passages)


def dot(left: tuple[float, ...], right: tuple[float, ...]) -> float:
    return sum(a * b for a, b in zip(left, right, strict=True))
