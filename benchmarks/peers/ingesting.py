"""A plain LangChain ingest: `python -m benchmarks.peers.ingesting JOB`, in the peers' environment.

The job is JSON: `files` (PDF), `models`, `database` (URL of an empty database with pgvector), `tokens` (size of a
passage) and `results`. PyMuPDFLoader reads pages, RecursiveCharacterTextSplitter cuts them by the model's own tokens,
our embedding model runs on all cores, PGVector writes. To `results` goes {"chunks", "pages", "seconds", "loading_s",
"splitting_s", "embedding_s"}; imports and the loading of the model are not in it, as they are not for a warm stack.
"""

import json
import sys
import time
from pathlib import Path

from langchain_community.document_loaders import PyMuPDFLoader
from langchain_core.embeddings import Embeddings
from langchain_postgres import PGVector
from langchain_text_splitters import RecursiveCharacterTextSplitter
from tokenizers import Tokenizer

from docqa.embeddings.catalog import BGE_SMALL
from docqa.embeddings.onnx import OnnxEmbedder


class _OurModel(Embeddings):
    def __init__(self, embedder: OnnxEmbedder) -> None:
        self._embedder = embedder
        self.seconds = 0.0

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        start = time.perf_counter()
        vectors = [list(vector) for vector in self._embedder.embed("passage", texts)]
        self.seconds += time.perf_counter() - start
        return vectors

    def embed_query(self, text: str) -> list[float]:
        return list(self._embedder.embed("query", [text])[0])


def main(path: Path) -> None:
    job = json.loads(path.read_text(encoding="utf-8"))
    model = _OurModel(OnnxEmbedder(Path(job["models"])))
    model.embed_query("warm")
    store = PGVector(embeddings=model, collection_name="peers", connection=job["database"], use_jsonb=True)
    tokenizer = Tokenizer.from_file(str(Path(job["models"]) / BGE_SMALL.folder / "tokenizer.json"))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    splitter = RecursiveCharacterTextSplitter(
        chunk_size=job["tokens"],
        chunk_overlap=0,
        length_function=lambda text: len(tokenizer.encode(text, add_special_tokens=False).ids),
    )
    done = {"chunks": 0, "pages": 0, "loading_s": 0.0, "splitting_s": 0.0}
    start = time.perf_counter()
    for file in job["files"]:
        begun = time.perf_counter()
        pages = PyMuPDFLoader(file).load()
        loaded = time.perf_counter()
        chunks = splitter.split_documents(pages)
        done["loading_s"] += loaded - begun
        done["splitting_s"] += time.perf_counter() - loaded
        store.add_documents(chunks)
        done["chunks"] += len(chunks)
        done["pages"] += len(pages)
    done |= {"seconds": time.perf_counter() - start, "embedding_s": model.seconds}
    Path(job["results"]).write_text(json.dumps(done), encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
