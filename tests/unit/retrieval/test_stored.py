"""What comes back from the cache is what was put there, under this key, or nothing."""

import json
import random
import zlib
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from docqa.core.models import Box, Hit, Reranking, RerankOutcome, SearchQuery
from docqa.core.trace import traced
from docqa.retrieval import stored
from docqa.retrieval.stored import Found
from tests.fakes.answering import DOCUMENT, TENANT, make_hit

QUERY = SearchQuery(tenant_id=TENANT, query="ferry", epoch=1)
HITS = [make_hit(f"The ferry leaves at {n}.", rank=n, boxes=(Box(page=3, x0=1, y0=2, x1=3.25, y1=4),)) for n in (1, 2)]
FOUND = Found(
    key="key",
    scope="scope",
    hits=tuple(HITS),
    notes=("found by words above all",),
    reranking=Reranking(outcome=RerankOutcome.DONE, model="m", scored=2),
)
PACKED = stored.pack(FOUND) or b""


def packed(*hits: Hit, key: str = "key", scope: str = "scope") -> bytes | None:
    return stored.pack(Found(key=key, scope=scope, hits=hits))


def unpacked(data: bytes | None, query: SearchQuery = QUERY, *, key: str = "key") -> Found | None:
    return stored.unpack(data, key=key, scope="scope", query=query)


def test_what_was_found_comes_back_as_it_was() -> None:
    assert unpacked(PACKED) == FOUND


def test_what_was_told_is_told_again() -> None:
    with traced() as trace:
        assert FOUND.tell() == HITS
    assert (tuple(trace.notes), trace.reranking) == (FOUND.notes, FOUND.reranking)


@pytest.mark.parametrize("outcome", RerankOutcome)
def test_what_a_late_or_failed_model_has_left_does_not_last(outcome: RerankOutcome) -> None:
    passing = {RerankOutcome.PARTLY, RerankOutcome.LATE, RerankOutcome.FAILED}
    assert FOUND.model_copy(update={"reranking": Reranking(outcome=outcome)}).lasts == (outcome not in passing)
    assert FOUND.model_copy(update={"reranking": None}).lasts


def test_no_hits_are_an_answer() -> None:
    found = unpacked(packed())
    assert found is not None
    assert found.hits == ()


def test_long_answers_are_compressed() -> None:
    hit = make_hit("The ferry leaves at nine. " * 500)
    data = packed(hit) or b""
    found = unpacked(data)
    assert found is not None
    assert found.hits == (hit,)
    assert len(data) < 2_000


def test_too_large_an_answer_is_not_stored() -> None:
    noise = random.Random(1).randbytes(250_000).hex()
    assert packed(make_hit(noise)) is None
    assert packed(make_hit("a" * 5_000_000)) is None


@pytest.mark.parametrize(
    "data",
    [
        None,
        b"",
        b"j",
        b"z",
        b"j{}",
        b"zz",
        PACKED[:-1],
        b"x" + PACKED[1:],
        b"z" + zlib.compress(PACKED[1:])[:-4],
        b"z" + zlib.compress(b" " * 50_000_000 + PACKED[1:]),
        b"j" + b" " * stored.MAX_BYTES + PACKED[1:],
        packed(*HITS, key="another key"),
        packed(*HITS, scope="another scope"),
    ],
)
def test_anything_else_is_nothing(data: bytes | None) -> None:
    assert unpacked(data) is None


@settings(deadline=None)
@given(st.binary(max_size=200) | st.binary(max_size=200).map(lambda data: b"z" + zlib.compress(data)))
def test_no_bytes_break_it(data: bytes) -> None:
    assert unpacked(data) is None


@settings(deadline=None)
@given(st.data())
def test_damage_is_noticed_or_harmless(data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(PACKED) - 1))
    damaged = PACKED[:at] + bytes([data.draw(st.integers(0, 255))]) + PACKED[at + 1 :]
    found = unpacked(damaged)
    assert found is None or len(found.hits) == 2


def test_an_unknown_field_is_nothing() -> None:
    fields = json.loads(PACKED[1:]) | {"more": 1}
    assert unpacked(b"j" + json.dumps(fields).encode()) is None


def test_a_document_that_was_not_asked_about_is_nothing() -> None:
    assert unpacked(PACKED, QUERY.model_copy(update={"document_ids": (DOCUMENT,)})) == FOUND
    assert unpacked(PACKED, QUERY.model_copy(update={"document_ids": (UUID(int=9),)})) is None


def test_more_than_was_asked_for_is_nothing() -> None:
    assert unpacked(PACKED, QUERY.model_copy(update={"top_k": 1})) is None
