"""A plain LangChain question-answering chain: `python -m benchmarks.peers.answering JOB`, in the peers' environment.

The job is JSON: `documents` (name → file), `questions` (id → text), `models`, `cache` (a file for embeddings), `url`
and `model` of a server that speaks OpenAI's protocol, and `results`. The usual loaders, RecursiveCharacterTextSplitter
and InMemoryVectorStore with our embedding model; the prompt is the one of LangChain's own tutorials. PPTX has no loader
that tells slides apart without a gigabyte of models, so slides are read here. To `results` goes, a line a question,
{"id", "text", "cited", "seconds"}; `cited` are the passages that the chain gives back, places counted from 1; `text` is
null where it failed.
"""

import asyncio
import json
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from langchain_classic.chains import create_retrieval_chain
from langchain_classic.chains.combine_documents import create_stuff_documents_chain
from langchain_community.document_loaders import CSVLoader, Docx2txtLoader, PyMuPDFLoader
from langchain_core.documents import Document
from langchain_core.embeddings import Embeddings
from langchain_core.prompts import ChatPromptTemplate
from langchain_core.vectorstores import InMemoryVectorStore
from langchain_text_splitters import RecursiveCharacterTextSplitter
from pptx import Presentation

from benchmarks.peers.chat import UNANSWERED, chat_of
from benchmarks.retrieval import EmbeddingCache
from docqa.embeddings.onnx import OnnxEmbedder

PASSAGES = 4
SYSTEM = (
    "You are an assistant for question-answering tasks. Use the following pieces of retrieved context to answer the "
    "question. If you don't know the answer, say that you don't know. Use three sentences maximum and keep the answer "
    "concise.\n\n{context}"
)


class _OurModel(Embeddings):
    def __init__(self, embedder: OnnxEmbedder, cache: Path) -> None:
        self._embedder = embedder
        self._cache = EmbeddingCache(cache, embedder)

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        found: list[list[float]] = asyncio.run(self._cache.vectors(texts)).tolist()
        return found

    def embed_query(self, text: str) -> list[float]:
        return list(self._embedder.embed("query", [text])[0])


def loaded(name: str, file: str) -> Iterator[Document]:
    """Pages, slides, rows or the whole text; `doc`, and `page` or `row` from 1, in the metadata."""
    ending = Path(file).suffix
    if ending == ".pptx":
        for number, slide in enumerate(Presentation(file).slides, 1):
            texts = [text for shape in slide.shapes for text in _texts(shape)]
            yield Document(page_content="\n".join(texts), metadata={"doc": name, "page": number})
        return
    loader: Any = {
        ".pdf": lambda: PyMuPDFLoader(file),
        ".docx": lambda: Docx2txtLoader(file),
        ".csv": lambda: CSVLoader(file, encoding="utf-8-sig"),
    }[ending]()
    for document in loader.load():
        place = {key: document.metadata[key] + 1 for key in ("page", "row") if key in document.metadata}
        yield Document(page_content=document.page_content, metadata={"doc": name, **place})


def _texts(shape: Any) -> Iterator[str]:
    if shape.has_text_frame:
        yield shape.text_frame.text
    if getattr(shape, "has_table", False):
        yield from (" | ".join(cell.text for cell in row.cells) for row in shape.table.rows)


def _cited(document: Document) -> dict[str, Any]:
    return {"text": document.page_content, **document.metadata}


def main(path: Path) -> None:
    job = json.loads(path.read_text(encoding="utf-8"))
    splitter = RecursiveCharacterTextSplitter(chunk_size=1000, chunk_overlap=200)
    store = InMemoryVectorStore(_OurModel(OnnxEmbedder(Path(job["models"])), Path(job["cache"])))
    for name, file in job["documents"].items():
        store.add_documents(splitter.split_documents(list(loaded(name, file))))
    prompt = ChatPromptTemplate.from_messages([("system", SYSTEM), ("human", "{input}")])
    retriever = store.as_retriever(search_kwargs={"k": PASSAGES})
    chain = create_retrieval_chain(retriever, create_stuff_documents_chain(chat_of(job), prompt))
    with Path(job["results"]).open("w", encoding="utf-8", buffering=1) as results:
        for question, text in job["questions"].items():
            start = time.perf_counter()
            try:
                said = chain.invoke({"input": text})
            except UNANSWERED:
                said = {"answer": None, "context": []}
            cited = [_cited(document) for document in said["context"]]
            line = {"id": question, "text": said["answer"], "cited": cited, "seconds": time.perf_counter() - start}
            results.write(f"{json.dumps(line)}\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
