"""LangChain: BM25Retriever, InMemoryVectorStore, EnsembleRetriever and CrossEncoderReranker."""

from typing import Any

from langchain_classic.retrievers import EnsembleRetriever
from langchain_classic.retrievers.document_compressors import CrossEncoderReranker
from langchain_classic.retrievers.document_compressors.cross_encoder import BaseCrossEncoder
from langchain_community.retrievers import BM25Retriever
from langchain_core.documents import Document
from langchain_core.embeddings import Embeddings
from langchain_core.vectorstores import InMemoryVectorStore

from benchmarks.pairs import PairCache
from benchmarks.peers.method import DEPTH, RERANKED, Method
from benchmarks.peers.shelf import Shelf
from benchmarks.peers.words import words_of


class _OurModel(Embeddings):
    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        return self._shelf.of_passages(texts)

    def embed_query(self, text: str) -> list[float]:
        return self._shelf.of_question(text)


class _OurCrossEncoder(BaseCrossEncoder):
    def __init__(self, pairs: PairCache) -> None:
        self._pairs = pairs

    def score(self, text_pairs: list[tuple[str, str]]) -> list[float]:
        return self._pairs.score(text_pairs[0][0], [passage for _, passage in text_pairs])


def methods(shelf: Shelf, pairs: PairCache) -> list[Method]:
    """Keywords as they come (`str.split`) and with the best known words; their fusion; its head read again."""
    documents = [Document(page_content=text, id=name) for name, text in shelf.passages.items()]
    store = InMemoryVectorStore(_OurModel(shelf))
    store.add_documents(documents)
    dense = store.as_retriever(search_kwargs={"k": DEPTH})
    plain = BM25Retriever.from_documents(documents, k=DEPTH)
    careful = BM25Retriever.from_documents(documents, k=DEPTH, preprocess_func=words_of(shelf.language))
    as_it_comes = EnsembleRetriever(retrievers=[plain, dense], weights=[0.5, 0.5])
    ensemble = EnsembleRetriever(retrievers=[careful, dense], weights=[0.5, 0.5])
    reranker = CrossEncoderReranker(model=_OurCrossEncoder(pairs), top_n=RERANKED)

    def ask(retriever: Any) -> Any:
        return lambda question: [document.id for document in retriever.invoke(shelf.questions[question])]

    def reranked(question: str) -> list[str]:
        text = shelf.questions[question]
        found = ensemble.invoke(text)
        head = reranker.compress_documents(found[:RERANKED], text)
        return [str(document.id) for document in [*head, *found[RERANKED:]]]

    return [
        Method("LangChain BM25Retriever, as it comes", "lexical", ask(plain)),
        Method("LangChain BM25Retriever, same words as bm25s", "lexical", ask(careful)),
        Method("LangChain InMemoryVectorStore", "dense", ask(dense)),
        Method("LangChain EnsembleRetriever, as it comes", "hybrid", ask(as_it_comes)),
        Method("LangChain EnsembleRetriever, same words as bm25s", "hybrid", ask(ensemble)),
        Method("LangChain EnsembleRetriever + CrossEncoderReranker", "reranked", reranked),
    ]
