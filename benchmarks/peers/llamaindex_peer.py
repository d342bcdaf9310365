"""LlamaIndex: BM25Retriever (bm25s inside), VectorStoreIndex and QueryFusionRetriever."""

from typing import Any

import Stemmer
from llama_index.core import VectorStoreIndex
from llama_index.core.embeddings import BaseEmbedding
from llama_index.core.llms import MockLLM
from llama_index.core.retrievers import QueryFusionRetriever
from llama_index.core.schema import TextNode
from llama_index.retrievers.bm25 import BM25Retriever
from pydantic import PrivateAttr

from benchmarks.peers.method import DEPTH, Method
from benchmarks.peers.shelf import Shelf
from benchmarks.peers.words import LANGUAGES

# It takes a pattern and no function: Chinese by single characters.
_PATTERN = {"zh": r"(?u)[\u4e00-\u9fff]|[^\W\u4e00-\u9fff]+"}
_STOP = {"en": "en", "de": "de", "zh": "zh"}


class _OurModel(BaseEmbedding):
    _shelf: Shelf = PrivateAttr()

    def __init__(self, shelf: Shelf) -> None:
        super().__init__(model_name="ours")
        self._shelf = shelf

    def _get_text_embedding(self, text: str) -> list[float]:
        return self._shelf.of_passages([text])[0]

    def _get_query_embedding(self, query: str) -> list[float]:
        return self._shelf.of_question(query)

    async def _aget_query_embedding(self, query: str) -> list[float]:
        return self._get_query_embedding(query)


def methods(shelf: Shelf) -> list[Method]:
    """Its keyword retriever, and its fusions by rank and by score; no question is rewritten."""
    nodes = [TextNode(text=text, id_=name) for name, text in shelf.passages.items()]
    depth = min(DEPTH, len(nodes))
    index = VectorStoreIndex(nodes, embed_model=_OurModel(shelf))
    dense = index.as_retriever(similarity_top_k=depth)
    chinese = shelf.language == "zh"
    lexical = BM25Retriever(
        nodes=nodes,
        similarity_top_k=depth,
        stemmer=None if chinese else Stemmer.Stemmer(LANGUAGES[shelf.language]),
        skip_stemming=chinese,
        language=_STOP.get(shelf.language, []),  # a list of words where it knows none of the language
        token_pattern=_PATTERN.get(shelf.language, r"(?u)\b\w\w+\b"),
    )

    def fused(mode: str) -> Any:
        return QueryFusionRetriever(
            [lexical, dense], llm=MockLLM(), mode=mode, similarity_top_k=DEPTH, num_queries=1, use_async=False
        )

    def ask(retriever: Any) -> Any:
        return lambda question: [found.node.node_id for found in retriever.retrieve(shelf.questions[question])]

    return [
        Method("LlamaIndex BM25Retriever", "lexical", ask(lexical)),
        Method("LlamaIndex VectorStoreIndex", "dense", ask(dense)),
        Method("LlamaIndex QueryFusionRetriever, reciprocal_rerank", "hybrid", ask(fused("reciprocal_rerank"))),
        Method("LlamaIndex QueryFusionRetriever, relative_score", "hybrid", ask(fused("relative_score"))),
    ]
