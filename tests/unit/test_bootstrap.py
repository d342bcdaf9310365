"""What the container builds from settings alone; nothing here reaches a server."""

import pytest

from docqa.bootstrap import Container
from docqa.config import Settings
from docqa.core.errors import InvalidSetting
from docqa.embeddings.catalog import MS_MARCO_MINILM
from docqa.retrieval.cohere_rerank import MODEL


def models(key: str | None, **settings: str) -> list[str]:
    """Names of the rerankers, in order."""
    container = Container(Settings.from_environment({"DOCQA_INFERENCE_FUNCTION": "inference", **settings}))
    if key is not None:
        vars(container.secrets)["provider_keys"] = {"cohere": key}  # as if it had been fetched
    return [reranker.model for reranker in container.rerankers]


def test_without_a_secret_the_local_model_reranks_alone() -> None:
    assert models(None) == [MS_MARCO_MINILM.name]


def test_with_a_key_cohere_is_asked_first() -> None:
    assert models("a-key") == [MODEL, MS_MARCO_MINILM.name]
    assert models("a-key", DOCQA_COHERE_MODEL="rerank-v4.0-pro")[0] == "rerank-v4.0-pro"


def test_a_retriever_is_built_without_asking_for_keys() -> None:
    environment = {"DOCQA_INFERENCE_FUNCTION": "inference", "DOCQA_PROVIDERS_SECRET": "docqa/providers"}
    container = Container(Settings.from_environment(environment))
    vars(container.secrets)["database_url"] = "postgresql://nobody@127.0.0.1:1/none"
    assert container.retriever is container.retriever
    assert "rerankers" not in vars(container)


def test_a_budget_of_nothing_is_refused() -> None:
    with pytest.raises(InvalidSetting, match="DOCQA_RERANK_BUDGET_MS"):
        Settings.from_environment({"DOCQA_RERANK_BUDGET_MS": "0"})
