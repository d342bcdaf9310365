"""What every TokenCounter must do, the real one and the fake one."""

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tokenizers import Tokenizer

from docqa.chunking.registry import chunker_for
from docqa.core.errors import InvalidSetting
from docqa.core.models import Block, BlockKind, ChunkStrategy, IngestOptions
from docqa.core.ports import TokenCounter
from docqa.embeddings.catalog import BGE_SMALL
from docqa.embeddings.tokens import ModelTokens
from tests.fakes.chunking import chunked
from tests.fakes.embedding import HashingEmbedder
from tests.fakes.models import models_dir
from tests.fakes.tokens import BitTokens

PROSE = "The lighthouse on Gull Island was built in 1874 by the engineer Maria Okafor, Ph.D. It wasn't cheap."
SAMPLES = "lamp Übermut 1,234.5 灯塔 البحر маяк won't x@y.org -- สวัสดี 👩 naïve".split()
WORDS = st.lists(st.sampled_from(SAMPLES), max_size=20)


@pytest.fixture(scope="module", params=["model", "fake"])
def counter(request: pytest.FixtureRequest) -> TokenCounter:
    make: dict[str, Callable[[], TokenCounter]] = {"model": lambda: ModelTokens(models_dir()), "fake": BitTokens}
    return make[request.param]()


def test_one_count_a_text(counter: TokenCounter) -> None:
    assert counter.count([]) == []
    assert counter.count(["", " \n ", "lamp"])[:2] == [0, 0]
    texts = [PROSE, "lamp", PROSE]
    assert counter.count(texts) == [counter.count([text])[0] for text in texts]


@given(left=WORDS.map(" ".join), right=WORDS.map(" ".join))
def test_counts_add_up(counter: TokenCounter, left: str, right: str) -> None:
    assert counter.count([f"{left} {right}"])[0] == sum(counter.count([left, right]))


def test_a_text_without_spaces_has_tokens_by_its_length(counter: TokenCounter) -> None:
    for text in ("灯塔很亮" * 50, "ประภาคารสว่างมาก" * 20, "x" * 400):
        assert counter.count([text])[0] >= len(text) / 6


def test_known_words_count_as_the_model_reads_them() -> None:
    tokenizer = Tokenizer.from_file(str(models_dir() / BGE_SMALL.folder / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.no_truncation()
    for text in (PROSE, PROSE * 100, "Größe: 3,5 m² (ca.)", "маяк на острове"):
        assert ModelTokens(models_dir()).count([text]) == [len(tokenizer.encode(text, add_special_tokens=False).ids)]


def test_many_different_words_are_counted_right(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("docqa.embeddings.tokens._MAX_REMEMBERED", 10)
    counter = ModelTokens(models_dir())
    text = " ".join(f"w{n}" for n in range(50))
    assert counter.count([text, text, "w0 w49"]) == [*ModelTokens(models_dir()).count([text]) * 2, 4]


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(InvalidSetting, match="DOCQA_MODELS_DIR"):
        ModelTokens(tmp_path).count(["lamp"])


@pytest.mark.parametrize("strategy", list(ChunkStrategy), ids=str)
def test_passages_stay_within_what_the_model_reads(strategy: ChunkStrategy) -> None:
    counter = ModelTokens(models_dir())
    options = IngestOptions(strategy=strategy, chunk_tokens=480)
    heading = Block(kind=BlockKind.HEADING, text="On the history of lamps, " * 7, level=1)
    blocks = [heading, *(Block(kind=BlockKind.PARAGRAPH, text=PROSE * n) for n in (3, 40, 7))]
    chunker = chunker_for(strategy, tokens=counter, embed=HashingEmbedder().embed_passages)
    for chunk in chunked(blocks, options, chunker):
        assert counter.count([chunk.text])[0] <= 480
        assert counter.count([chunk.searchable_text()])[0] <= counter.max_tokens
