"""Which strategy and size of passages finds evidence best: `python -m benchmarks --chunking FOLDER`.

The folder holds `qa.jsonl` and its documents, as for `--questions`. All in this process: parsers, chunkers, the models,
and the search statement's fusion in memory, over all documents at once. Vectors are kept under `.docqa/`.

A passage is evidence for a question when it stands on the page (or slide, or under the heading) that the evidence
names, and holds 60 % of the words of the evidence's text or lies within it (90 % of its own words). Records: the row.
Where there is a heading only, the passage must hold an answer.
"""

import asyncio
import json
import re
import unicodedata
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.figures import Grid
from benchmarks.retrieval import EmbeddingCache, Found, MemoryIndex, interval, judged
from docqa.chunking.registry import chunker_for
from docqa.core.models import Block, Chunk, ChunkStrategy, Format, IngestOptions
from docqa.core.profiles import merged, summary_blocks
from docqa.embeddings.onnx import OnnxEmbedder
from docqa.embeddings.tokens import ModelTokens
from docqa.parsing.files import plan_file, read_range
from docqa.retrieval.tokenizer import Tokenizer

CACHE = Path(".docqa/benchmarks/embeddings.sqlite")
COMMAND = "python -m benchmarks --chunking FOLDER"
METRICS = {
    "recall_1": "recall@1",
    "recall_5": "recall@5",
    "recall_10": "recall@10",
    "within": "in 1,000 tokens",
    "mrr": "MRR",
    "ndcg": "nDCG@10",
}
HELD = 0.6
WITHIN = 0.9
MAX_PAGES = 10_000

DEFAULT = IngestOptions()
RUNS: tuple[IngestOptions, ...] = (
    DEFAULT,
    *(DEFAULT.model_copy(update={"chunk_tokens": size}) for size in (100, 200, 320) if size != DEFAULT.chunk_tokens),
    DEFAULT.model_copy(update={"embed_headings": not DEFAULT.embed_headings}),
    IngestOptions(strategy=ChunkStrategy.RECURSIVE),
    IngestOptions(strategy=ChunkStrategy.SENTENCE, overlap_tokens=40),
    IngestOptions(strategy=ChunkStrategy.FIXED, overlap_tokens=40),
    IngestOptions(strategy=ChunkStrategy.FIXED, overlap_tokens=40, embed_headings=False),
    IngestOptions(strategy=ChunkStrategy.SEMANTIC),
)


@dataclass(frozen=True)
class Question:
    text: str
    vector: tuple[float, ...]
    row: dict[str, Any]


@dataclass
class Run:
    """One way to cut, and what it found, question by question."""

    options: IngestOptions
    found: list[Found]
    chunks: int
    mean_tokens: float

    def of(self, metric: str) -> list[float]:
        """The values of a metric, question by question."""
        return [getattr(found, metric) for found in self.found]


def measure(folder: Path, models: Path) -> list[Grid]:
    """A table of all runs, and one of their differences to the default over the same questions."""
    return asyncio.run(_measure(folder, models))


async def _measure(folder: Path, models: Path) -> list[Grid]:
    rows = [json.loads(line) for line in (folder / "qa.jsonl").read_text(encoding="utf-8").splitlines()]
    asked = [row for row in rows if any(set(item) - {"doc"} for item in row["evidence"])]
    documents = {doc: parsed(folder / doc) for doc in sorted({doc for row in rows for doc in row["docs"]})}
    embedder, tokens = OnnxEmbedder(models), ModelTokens(models)
    cache = EmbeddingCache(CACHE, embedder)
    questions = [Question(row["question"], await embedder.embed_query(row["question"]), row) for row in asked]
    note = (
        f"{len(documents)} documents, {len(questions)} questions with a known place, asked over all documents; hybrid "
        "search as in the product. Mean and 95 % interval (bootstrap over the questions)."
    )
    table = Grid(
        "Strategies and sizes of passages",
        COMMAND,
        ("strategy, tokens", "passages", "mean tokens", *METRICS.values()),
        note,
    )
    versus = Grid(
        "Difference to the default",
        COMMAND,
        ("strategy, tokens", *METRICS.values()),
        "Paired by question; bold where the interval leaves zero out.",
    )
    runs: list[Run] = []
    for options in RUNS:
        runs.append(await one_run(options, documents, questions, cache, tokens))
        table.add(*figures(runs[-1]))
        print(*table.rows[-1], sep="  ", flush=True)
        if len(runs) > 1:
            versus.add(*differences(runs[-1], runs[0]))
    return [table, versus]


def parsed(path: Path) -> list[Block]:
    """The blocks of a document that show, as the parse and chunk stages come to them."""
    format = Format(path.suffix.removeprefix("."))
    plan = plan_file(path, format, max_pages=MAX_PAGES)
    ranges = [read_range(path, format, pages) for pages in plan.ranges]
    shown = [block for one in ranges for block in one.blocks if block.hidden is None]
    return [*shown, *summary_blocks(merged(profile for one in ranges for profile in one.profiles))]


async def one_run(
    options: IngestOptions,
    documents: dict[str, list[Block]],
    questions: list[Question],
    cache: EmbeddingCache,
    tokens: ModelTokens,
) -> Run:
    async def embed(texts: Any) -> list[tuple[float, ...]]:
        return [tuple(map(float, vector)) for vector in await cache.vectors(texts)]

    chunker = chunker_for(options.strategy, tokens=tokens, embed=embed)
    passages: list[tuple[str, Chunk]] = []
    for doc, blocks in documents.items():
        passages += [(doc, chunk) async for chunk in chunker.chunk(_streamed(blocks), options)]
    texts = [chunk.searchable_text(embed_headings=options.embed_headings) for _, chunk in passages]
    sizes = tokens.count([chunk.text for _, chunk in passages])
    analyzer = Tokenizer()
    index = MemoryIndex(texts, await cache.vectors(texts), analyzer)
    words = [Counter(normal(chunk.text).split()) for _, chunk in passages]
    found = []
    for question in questions:
        good = {n for n, (doc, chunk) in enumerate(passages) if is_evidence(doc, chunk, words[n], question.row)}
        best = index.best(question.vector, analyzer.query_terms(question.text), 50)
        found.append(judged([n in good for n in best], [sizes[n] for n in best], len(good)))
    return Run(options, found, len(passages), sum(sizes) / len(sizes))


async def _streamed(blocks: list[Block]) -> Any:
    for block in blocks:
        yield block


def is_evidence(doc: str, chunk: Chunk, words: Counter[str], row: dict[str, Any]) -> bool:
    """Whether the passage holds what the question's answer stands on; see the module."""
    return any(item["doc"] == doc and _matches(chunk, words, item, row) for item in row["evidence"])


def _matches(chunk: Chunk, words: Counter[str], item: dict[str, Any], row: dict[str, Any]) -> bool:
    rows = item.get("rows")
    if rows:
        return chunk.row_from is not None and any(chunk.row_from <= n <= (chunk.row_to or 0) for n in rows)
    page = item.get("page", item.get("slide"))
    if page is not None and not (chunk.page_from or 0) <= page <= (chunk.page_to or 0):
        return False
    if "text" in item:
        wanted = Counter(normal(item["text"]).split())
        common = sum((wanted & words).values())
        inside = common >= WITHIN * sum(words.values()) and sum(words.values()) >= HELD * 10
        return common >= HELD * sum(wanted.values()) or inside
    if "heading" in item:
        under = any(normal(item["heading"]) == normal(heading) for heading in chunk.heading_path)
        said = f" {' '.join(words)} "
        return (under or page is not None) and any(_holds(answer, chunk.text, said) for answer in row["answers"])
    return page is not None


def _holds(answer: str, text: str, said: str) -> bool:
    return normal(str(answer)) in normal(text) or f" {normal(str(answer))} " in said


def name(options: IngestOptions) -> str:
    """Such as "recursive 200 + 40, headings embedded"."""
    overlap = f" + {options.overlap_tokens}" if options.overlap_tokens else ""
    return f"{options.strategy} {options.chunk_tokens}{overlap}{'' if options.embed_headings else ', headings as text'}"


def figures(run: Run) -> tuple[str, ...]:
    """Means of the metrics with their intervals."""
    cells = [f"{mean:.3f} ({low:.3f} to {high:.3f})" for mean, low, high in (interval(run.of(m)) for m in METRICS)]
    return (name(run.options), str(run.chunks), f"{run.mean_tokens:.0f}", *cells)


def differences(run: Run, default: Run) -> tuple[str, ...]:
    """Of the metrics, question by question; those that leave zero out of their interval stand in bold."""
    cells = []
    for metric in METRICS:
        pairs = zip(run.of(metric), default.of(metric), strict=True)
        mean, low, high = interval([one - other for one, other in pairs])
        cell = f"{mean:+.3f} ({low:+.3f} to {high:+.3f})"
        cells.append(f"**{cell}**" if low > 0 or high < 0 else cell)
    return (name(run.options), *cells)


def normal(text: str) -> str:
    """Compatibility-normalised, case-folded, without punctuation, one space between words."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    return " ".join(re.sub(r"[^\w\s]", " ", folded).split())
