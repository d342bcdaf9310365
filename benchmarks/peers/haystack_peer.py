"""Haystack: InMemoryDocumentStore, its two retrievers and DocumentJoiner. Its keywords have no stemmer to switch on."""

from typing import Any

from haystack import Document
from haystack.components.joiners import DocumentJoiner
from haystack.components.retrievers import InMemoryBM25Retriever, InMemoryEmbeddingRetriever
from haystack.document_stores.in_memory import InMemoryDocumentStore

from benchmarks.peers.method import DEPTH, Method
from benchmarks.peers.shelf import Shelf


def methods(shelf: Shelf) -> list[Method]:
    """Its keyword retriever, its vectors, and both its fusions."""
    vectors = shelf.of_passages([*shelf.passages.values()])
    store = InMemoryDocumentStore(embedding_similarity_function="cosine")
    store.write_documents(
        [
            Document(id=name, content=text, embedding=vector)
            for (name, text), vector in zip(shelf.passages.items(), vectors, strict=True)
        ]
    )
    keywords = InMemoryBM25Retriever(document_store=store, top_k=DEPTH)
    nearest = InMemoryEmbeddingRetriever(document_store=store, top_k=DEPTH)

    def lexical(question: str) -> Any:
        return keywords.run(query=shelf.questions[question])["documents"]

    def dense(question: str) -> Any:
        return nearest.run(query_embedding=shelf.of_question(shelf.questions[question]))["documents"]

    def joined(mode: str) -> Any:
        joiner = DocumentJoiner(join_mode=mode, top_k=DEPTH)
        return lambda question: joiner.run(documents=[lexical(question), dense(question)])["documents"]

    def ids(found: Any) -> Any:
        return lambda question: [document.id for document in found(question)]

    return [
        Method("Haystack InMemoryBM25Retriever", "lexical", ids(lexical)),
        Method("Haystack InMemoryEmbeddingRetriever", "dense", ids(dense)),
        Method("Haystack DocumentJoiner, reciprocal_rank_fusion", "hybrid", ids(joined("reciprocal_rank_fusion"))),
        Method(
            "Haystack DocumentJoiner, distribution_based_rank_fusion",
            "hybrid",
            ids(joined("distribution_based_rank_fusion")),
        ),
    ]
