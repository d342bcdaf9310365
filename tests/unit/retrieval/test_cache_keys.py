"""Keys: whatever decides an answer tells them apart, and nothing else does."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from docqa.core.models import Filters, Format, SearchMode, SearchQuery
from docqa.retrieval.cache_keys import CacheKeys, normalised

KEYS = CacheKeys(versions=["1"])
BASE = SearchQuery(tenant_id=UUID(int=1), query="How deep is it?", epoch=4)
OTHER: dict[str, Any] = {
    "tenant_id": UUID(int=2),
    "query": "How deep is IT?",
    "top_k": 11,
    "mode": SearchMode.DENSE,
    "document_ids": (UUID(int=5),),
    "collection_ids": (),
    "filters": Filters(page_from=2),
    "rewrites": ("depth",),
    "rewrite": True,
    "rerank": True,
    "deduplicate": True,
    "diversity": 0.5,
    "window": 1,
    "parents": True,
    "epoch": 5,
    "embedding_model": "e5",
    "vectors": ((1.0, 0.0),),
}

ids = st.none() | st.lists(st.integers(1, 4).map(lambda n: UUID(int=n)), max_size=3).map(tuple)
moments = st.none() | st.integers(0, 2).map(lambda n: datetime(2026, 1, 1 + n, tzinfo=UTC))
queries = st.builds(
    SearchQuery,
    tenant_id=st.integers(1, 3).map(lambda n: UUID(int=n)),
    query=st.text(alphabet='aA \u00e9e\u0301"],\\\n0', max_size=6),
    top_k=st.integers(1, 3),
    mode=st.sampled_from(SearchMode),
    document_ids=ids,
    collection_ids=ids,
    filters=st.builds(
        Filters,
        page_from=st.none() | st.integers(1, 3),
        page_to=st.none() | st.integers(1, 3),
        formats=st.none() | st.lists(st.sampled_from(Format), max_size=2).map(tuple),
        created_after=moments,
        created_before=moments,
    ),
    rewrites=st.lists(st.sampled_from(["a", " a", "b"]), max_size=2).map(tuple),
    rewrite=st.booleans(),
    rerank=st.booleans(),
    deduplicate=st.booleans(),
    diversity=st.sampled_from([0.0, 0.5]),
    window=st.integers(0, 1),
    parents=st.booleans(),
    epoch=st.integers(0, 12),
    embedding_model=st.none() | st.just("e5"),
    vectors=st.none() | st.lists(st.tuples(st.sampled_from([0.0, 1.0])), max_size=2).map(tuple),
)


def meaning(query: SearchQuery) -> dict[str, Any]:
    """The query without what makes no difference: spelling, order and repetition of ids."""
    values = dict(query)
    for name in ("document_ids", "collection_ids"):
        values[name] = None if values[name] is None else frozenset(values[name])
    return {**values, "query": normalised(query.query), "rewrites": tuple(map(normalised, query.rewrites))}


@settings(deadline=None)
@given(queries, queries)
def test_keys_are_equal_for_equal_questions_only(one: SearchQuery, other: SearchQuery) -> None:
    assert (KEYS.answer(one) == KEYS.answer(other)) == (meaning(one) == meaning(other))


@settings(deadline=None)
@given(queries, st.sampled_from(sorted(SearchQuery.model_fields)), st.data())
def test_one_other_field_is_another_key(query: SearchQuery, field: str, data: st.DataObject) -> None:
    other = query.model_copy(update={field: getattr(data.draw(queries), field)})
    assert (KEYS.answer(query) == KEYS.answer(other)) == (meaning(query) == meaning(other))


@pytest.mark.parametrize("field", sorted(SearchQuery.model_fields))
def test_every_field_of_a_query_decides(field: str) -> None:
    """A field that is added to the query must be added to OTHER."""
    other = BASE.model_copy(update={field: OTHER[field]})
    assert KEYS.answer(BASE) != KEYS.answer(other)
    assert (KEYS.scope(BASE) == KEYS.scope(other)) == (field in ("query", "vectors"))


@settings(deadline=None)
@given(queries, queries)
def test_keys_of_two_tenants_never_meet(one: SearchQuery, other: SearchQuery) -> None:
    def keys(query: SearchQuery) -> set[str]:
        return {KEYS.answer(query), KEYS.vector(query.tenant_id, "m", query.query), KEYS.semantic(query, [])}

    assert all(key.split(":")[1] == str(one.tenant_id) for key in keys(one))
    assert not keys(one) & keys(other) or one.tenant_id == other.tenant_id


def test_another_release_or_model_has_other_keys() -> None:
    assert CacheKeys(versions=["2"]).answer(BASE) != KEYS.answer(BASE)
    assert KEYS.vector(BASE.tenant_id, "bge", "a") != KEYS.vector(BASE.tenant_id, "e5", "a")


@pytest.mark.parametrize("text", [" How  deep\nis it? ", "How deep is it?\u2003"])
def test_spelling_makes_no_difference(text: str) -> None:
    assert KEYS.answer(BASE.model_copy(update={"query": text})) == KEYS.answer(BASE)
    assert normalised("cafe\u0301") == "caf\u00e9"
