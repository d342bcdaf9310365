"""Other wordings of a question: what is left of it without instructions, and its telling words."""

from uuid import UUID

import pytest

from docqa.core.models import Hit, SearchQuery
from docqa.core.trace import traced
from docqa.retrieval.rewriting import RewritingRetriever, RuleRewriter, focus

pytestmark = pytest.mark.anyio


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.mark.parametrize(
    ("question", "left"),
    [
        ("What is the revenue (in USD)? If data is not available, return 'N/A'.", "What is the revenue (in USD)?"),
        ("According to the annual report, who is the chair?", "who is the chair?"),
        ("Who is the chair according to the text?", "Who is the chair?"),
        ("Who is the chair? Give me the name only.", "Who is the chair?"),
        ("What was the margin (within the last period or at its end)?", "What was the margin?"),
        ("Who are you (the crew)?", "Who are you (the crew)?"),
        ("Which ship is longest?", "Which ship is longest?"),
        ("What is the answer according to the captain?", "What is the answer according to the captain?"),
        ("According to the text?", "According to the text?"),
    ],
)
def test_focus(question: str, left: str) -> None:
    assert focus(question) == left


@pytest.mark.parametrize(
    ("question", "rewrites"),
    [
        ("What is the draught of the ferry?", ("draught ferry",)),
        ("Wie tief ist der Hafen von Sandvik?", ("tief Hafen Sandvik",)),
        ("Does § 4.2(b) of ACME-1042 hold?", ("4.2 b ACME-1042 hold",)),
        (
            "According to the report, who is the chair? If data is not available, return 'N/A'.",
            ("who is the chair?", "chair"),
        ),
        ("ferry timetable", ()),
        ("who is it", ()),
        ("渡船几点开？", ("渡船几点开",)),
    ],
)
async def test_rules(question: str, rewrites: tuple[str, ...]) -> None:
    assert await RuleRewriter().rewrites(question) == rewrites


class Asked:
    """A retriever that keeps what it was asked."""

    def __init__(self) -> None:
        self.query: SearchQuery | None = None

    async def search(self, query: SearchQuery) -> list[Hit]:
        self.query = query
        return []


@pytest.mark.parametrize("wanted", [True, False])
async def test_rewrites_are_searched_beside_the_query_only_where_it_asks_for_them(wanted: bool) -> None:
    inner = Asked()
    asked = SearchQuery(tenant_id=UUID(int=1), query="How deep is the quay?", rewrite=wanted)
    with traced() as trace:
        await RewritingRetriever(inner, rewriter=RuleRewriter()).search(asked)
    assert inner.query is not None
    assert inner.query.texts == (("How deep is the quay?", "deep quay") if wanted else ("How deep is the quay?",))
    assert not inner.query.rewrite  # what is cached is cached for these wordings
    assert trace.notes == (["also searched as: deep quay"] if wanted else [])
