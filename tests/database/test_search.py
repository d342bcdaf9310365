"""The search statement against references computed here: BM25, cosine, fusion, and what must never be found."""

import math
import random
from collections.abc import Sequence

import pytest
from rank_bm25 import BM25Okapi  # type: ignore[import-untyped]
from sqlalchemy import text

from docqa.core.models import Filters, Format, Hit, Identity, SearchQuery
from docqa.database.search import PostgresSearchIndex
from docqa.retrieval.fusion import combined, min_max
from docqa.retrieval.tokenizer import Tokenizer
from tests.database.world import MODEL, World, unit_vector

pytestmark = pytest.mark.anyio

WORDS = "river bank water money loan interest flood bridge boat fish market price stone wood road light".split()
HALF = 1e-3
"""Vectors are kept in 16 bits."""

QUESTIONS = (
    "river bank",
    "loan interest price",
    "the boat on the water near the stone bridge",
    "fish fish fish",
    "light",
)


class Reference(BM25Okapi):  # type: ignore[misc]
    """rank-bm25's Okapi with its default k1 replaced by ours and the idf that is never negative."""

    def __init__(self, passages: Sequence[str]) -> None:
        self.texts = list(passages)
        tokens = [[term for term, tf in Tokenizer().terms(text).items() for _ in range(tf)] for text in passages]
        super().__init__(tokens, k1=1.2, b=0.75)

    def _calc_idf(self, nd: dict[str, int]) -> None:
        for term, df in nd.items():
            self.idf[term] = math.log(1 + (self.corpus_size - df + 0.5) / (df + 0.5))

    def scores(self, question: str) -> dict[str, float]:
        found = self.get_scores(Tokenizer().query_terms(question))
        return dict(zip(self.texts, map(float, found), strict=True))


def passages(count: int, *, seed: int) -> list[str]:
    """Different random passages of very different lengths."""
    dice = random.Random(seed)
    return [" ".join([f"passage{seed}x{n}", *dice.choices(WORDS, k=dice.randint(1, 40))]) for n in range(count)]


def cosine(one: str, other: str) -> float:
    return sum(a * b for a, b in zip(unit_vector(one), unit_vector(other), strict=True))


async def library(world: World) -> tuple[Identity, list[str]]:
    """Three ready documents among what may not count: replaced, unpublished, deleted, another tenant's."""
    owner, stranger = await world.account(), await world.account()
    await world.document(stranger, *passages(10, seed=9))
    gone = await world.document(owner, *passages(10, seed=8))
    await world.documents.delete(owner.tenant_id, gone.document_id)
    await world.stored(await world.claimed(await world.uploaded(owner)), passages(10, seed=7))
    replaced = await world.document(owner, *passages(10, seed=6))
    await world.published(await world.next_version(replaced), passages(15, seed=1))
    for seed in (2, 3):
        await world.document(owner, *passages(15, seed=seed))
    return owner, [text for seed in (1, 2, 3) for text in passages(15, seed=seed)]


async def test_lexical_scores_are_those_of_the_reference(world: World) -> None:
    owner, texts = await library(world)
    reference = Reference(texts)
    for question in QUESTIONS:
        expected = {text: score for text, score in reference.scores(question).items() if score > 0}
        hits = await world.search(owner.tenant_id, question, dense=False, top_k=100)
        scores = [hit.lexical_score or 0.0 for hit in hits]
        assert {hit.text: hit.lexical_score for hit in hits} == pytest.approx(expected, abs=1e-6)
        assert len(expected) > 5
        assert scores == sorted(scores, reverse=True)
        assert [hit.score for hit in hits] == pytest.approx(min_max(scores), abs=1e-6)
        assert {hit.dense_score for hit in hits} == {None}


async def test_dense_scores_are_cosines(world: World) -> None:
    owner, texts = await library(world)
    hits = await world.search(owner.tenant_id, "river bank", lexical=False, top_k=100)
    expected = {text: cosine(text, "river bank") for text in texts}
    assert {hit.text: hit.dense_score for hit in hits} == pytest.approx(expected, abs=HALF)
    assert [hit.rank for hit in hits] == list(range(1, 46))
    assert {hit.lexical_score for hit in hits} == {None}


@pytest.mark.parametrize("pool", [5, 100])
async def test_hybrid_is_the_mean_of_both_over_the_union_of_the_pools(world: World, pool: int) -> None:
    owner, texts = await library(world)
    reference = Reference(texts)
    for question in QUESTIONS:
        lexical = reference.scores(question)
        dense = {text: cosine(text, question) for text in texts}
        best_lexical = sorted((text for text in texts if lexical[text] > 0), key=lambda text: -lexical[text])[:pool]
        best_dense = sorted(texts, key=lambda text: -dense[text])[:pool]
        union = sorted({*best_lexical, *best_dense})
        fused = combined([dense[text] for text in union], [lexical[text] for text in union])
        hits = await world.search(owner.tenant_id, question, top_k=100, pool=pool)
        scores = [hit.score for hit in hits]
        assert {hit.text: hit.score for hit in hits} == pytest.approx(dict(zip(union, fused, strict=True)), abs=1e-3)
        assert {hit.text: hit.lexical_score for hit in hits} == pytest.approx({t: lexical[t] for t in union}, abs=1e-6)
        assert scores == sorted(scores, reverse=True)


async def test_narrowed_search_keeps_the_statistics_of_everything(world: World) -> None:
    owner = await world.account()
    first = await world.document(owner, "river bank", "river stone")
    await world.document(owner, "river water", "loan price")
    everywhere = await world.search(owner.tenant_id, "river", dense=False)
    narrowed = await world.search(owner.tenant_id, "river", dense=False, document_ids=(first.document_id,))
    assert {hit.text for hit in narrowed} == {"river bank", "river stone"}
    scores = {hit.text: hit.lexical_score for hit in everywhere}
    assert all(hit.lexical_score == scores[hit.text] for hit in narrowed)
    assert {hit.text for hit in await world.search(owner.tenant_id, "river", document_ids=(first.document_id,))} == {
        "river bank",
        "river stone",
    }


async def test_narrowed_to_nothing_or_to_the_documents_of_others(world: World) -> None:
    owner, stranger = await world.account(), await world.account()
    await world.document(owner, "river bank")
    theirs = await world.document(stranger, "river bank")
    for document_ids in ((), (theirs.document_id,)):
        assert await world.search(owner.tenant_id, "river", document_ids=document_ids) == []


async def test_tenants_see_their_own_only(world: World) -> None:
    one, other = await world.account(), await world.account()
    await world.document(one, "river bank one")
    await world.document(other, "river bank other")
    assert await world.texts(one.tenant_id, "river bank") == ["river bank one"]
    assert await world.texts(other.tenant_id, "river bank") == ["river bank other"]


async def test_hit_says_where_it_stands(world: World) -> None:
    owner = await world.account()
    key = await world.document(owner, "alpha", "beta", filename='who\'s "it".pdf')
    hit: Hit = (await world.search(owner.tenant_id, "beta"))[0]
    assert (hit.rank, hit.document_id, hit.version, hit.filename) == (1, key.document_id, 1, 'who\'s "it".pdf')
    assert (hit.page_from, hit.page_to, hit.heading_path, hit.boxes[0].page) == (2, 2, ("Part", "Section"), 2)
    assert hit.score == 1.0


@pytest.mark.parametrize("words", ["", "xyzzy", "the of and"])
async def test_words_that_are_nowhere(world: World, words: str) -> None:
    owner = await world.account()
    await world.document(owner, "alpha", "beta")
    assert await world.search(owner.tenant_id, words, dense=False) == []
    assert len(await world.search(owner.tenant_id, words)) == 2


async def test_empty_tenant_finds_nothing(world: World) -> None:
    assert await world.search((await world.account()).tenant_id, "river bank") == []


async def test_term_that_looks_like_sql_is_a_term(world: World) -> None:
    owner = await world.account()
    await world.document(owner, "alpha")
    assert await world.search(owner.tenant_id, "'; drop table chunks; -- :x {} \\", dense=False) == []
    assert await world.texts(owner.tenant_id, "alpha") == ["alpha"]


async def test_putting_off_frequent_terms_changes_nothing(world: World) -> None:
    """Rare and frequent words in 3,000 passages: the same scores, in the same order, as by counting every posting."""
    owner = await world.account()
    dice = random.Random(5)
    common, rare = WORDS[:6], [f"rare{n}" for n in range(400)]
    texts = [
        " ".join([*dice.choices(common, k=dice.randint(3, 30)), *dice.choices(rare, k=dice.randint(0, 3))])
        for _ in range(3_000)
    ]
    await world.document(owner, *texts)
    eager = PostgresSearchIndex(world.database, prune_above=10**9)
    lazy = PostgresSearchIndex(world.database, prune_above=0)
    for asked in (
        "river rare7 rare9",
        "river bank rare1 rare2 rare3",
        "river bank",
        "rare5",
        "water loan rare11 unseen",
    ):
        for pool in (5, 100):
            expected = await world.search(owner.tenant_id, asked, dense=False, top_k=pool, pool=pool, index=eager)
            found = await world.search(owner.tenant_id, asked, dense=False, top_k=pool, pool=pool, index=lazy)
            assert len(found) == len(expected) > 0
            assert [hit.lexical_score for hit in found] == pytest.approx([hit.lexical_score for hit in expected])
            mixed = await world.search(owner.tenant_id, asked, top_k=pool, pool=pool, index=eager)
            same = await world.search(owner.tenant_id, asked, top_k=pool, pool=pool, index=lazy)
            assert {hit.chunk_id: hit.lexical_score for hit in same} == pytest.approx(
                {hit.chunk_id: hit.lexical_score for hit in mixed}
            )


async def test_lexical_scores_over_several_blocks_are_those_of_the_reference(world: World) -> None:
    owner = await world.account()
    texts = passages(5_000, seed=4)
    await world.document(owner, *texts[:2_000])
    gone = await world.document(owner, *passages(300, seed=5))
    await world.document(owner, *texts[2_000:])
    await world.documents.delete(owner.tenant_id, gone.document_id)
    await world.index_is_exact()
    expected = Reference(texts).scores("loan interest price passage4x77")
    hits = await world.search(owner.tenant_id, "loan interest price passage4x77", dense=False, top_k=50)
    best = sorted(expected.values(), reverse=True)[:50]
    assert [hit.lexical_score for hit in hits] == pytest.approx(best, abs=1e-6)
    assert hits[0].text == texts[77]


async def test_filters_narrow_both_arms(world: World) -> None:
    owner = await world.account()
    first = await world.document(owner, "lamp one", "lamp two", "lamp three", "lamp four")
    await world.document(owner, "lamp five", "lamp six")

    async def found(filters: Filters, **options: bool) -> list[str]:
        return sorted(hit.text for hit in await world.search(owner.tenant_id, "lamp", filters=filters, **options))

    for options in ({}, {"dense": False}, {"lexical": False}):
        assert await found(Filters(page_from=2, page_to=3), **options) == ["lamp six", "lamp three", "lamp two"]
        assert await found(Filters(page_from=3), **options) == ["lamp four", "lamp three"]
        assert await found(Filters(page_to=1), **options) == ["lamp five", "lamp one"]
        assert await found(Filters(formats=(Format.DOCX,)), **options) == []
        assert len(await found(Filters(formats=(Format.PDF, Format.CSV)), **options)) == 6
        start = (await world.documents.get(owner.tenant_id, first.document_id)).created_at
        assert len(await found(Filters(created_after=start), **options)) == 6
        assert await found(Filters(created_before=start), **options) == []
    both = await world.search(
        owner.tenant_id, "lamp", filters=Filters(page_from=1, page_to=2), document_ids=(first.document_id,)
    )
    assert sorted(hit.text for hit in both) == ["lamp one", "lamp two"]


@pytest.mark.parametrize("pages", ["{3,1,4,1,5}", "{2,2,1,3,3}", "{null,1,null,2,null}"])
async def test_pages_are_found_in_whatever_order_their_passages_come(world: World, pages: str) -> None:
    owner = await world.account()
    await world.document(owner, "lamp a", "lamp b", "lamp c", "lamp d", "lamp e")
    async with world.database.system() as connection:
        of_passage = "(cast(:pages as integer[]))[ordinal + 1]"
        await connection.execute(
            text(f"update chunks set page_from = {of_passage}, page_to = {of_passage} where tenant_id = :tenant"),
            {"pages": pages, "tenant": owner.tenant_id},
        )
    page_of = dict(zip("abcde", pages.strip("{}").split(","), strict=True))
    for first, last in ((1, 1), (2, 3), (3, 5), (6, 9)):
        for arms in ({}, {"dense": False}, {"lexical": False}):
            hits = await world.search(owner.tenant_id, "lamp", filters=Filters(page_from=first, page_to=last), **arms)
            wanted = {x for x, page in page_of.items() if page != "null" and first <= int(page) <= last}
            assert {hit.text[-1] for hit in hits} == wanted, (first, last, arms)


async def test_vectors_of_another_model_are_not_compared(world: World) -> None:
    owner = await world.account()
    await world.document(owner, "lamp one")
    query = SearchQuery(tenant_id=owner.tenant_id, query="lamp")
    assert await world.index.find(query, vector=unit_vector("lamp"), model="another", terms=(), pool=10) == []
    hits = await world.index.find(query, vector=unit_vector("lamp"), model="another", terms=("lamp",), pool=10)
    assert [(hit.text, hit.dense_score) for hit in hits] == [("lamp one", None)]


async def test_feedback_looks_once_more_with_what_the_best_passages_say(world: World) -> None:
    """The mean of the vectors of the three best by both arms is added to the question's, for all of the pool."""
    owner, texts = await library(world)
    reference, question = Reference(texts), "loan interest price"
    lexical, query = reference.scores(question), SearchQuery(tenant_id=owner.tenant_id, query=question, top_k=100)
    terms = Tokenizer().query_terms(question)
    dense = {text: cosine(text, question) for text in texts}
    first = dict(zip(texts, combined([dense[t] for t in texts], [lexical[t] for t in texts]), strict=True))
    best = sorted(texts, key=lambda text: -first[text])[:3]
    looked = {text: dense[text] + 0.5 * sum(cosine(text, other) for other in best) / 3 for text in texts}
    again = combined([looked[t] for t in texts], [lexical[t] for t in texts])
    hits = await world.index.find(query, vector=unit_vector(question), model=MODEL, terms=terms, pool=100, feedback=0.5)
    assert {hit.text: hit.score for hit in hits} == pytest.approx(dict(zip(texts, again, strict=True)), abs=3e-3)
    assert {hit.text: hit.dense_score for hit in hits} == pytest.approx(dense, abs=HALF)
    assert dict(zip(texts, again, strict=True)) != pytest.approx(first, abs=3e-3)
