"""Vectors and requests on their way between functions."""

import base64
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from docqa.core.errors import InvalidRequest
from docqa.embeddings.wire import MAX_TEXTS, pack_vectors, read_texts, unpack_vectors

floats = st.floats(width=32, allow_nan=False, allow_infinity=False)


@given(st.lists(st.tuples(floats, floats, floats), max_size=5))
def test_vectors_survive_the_way(vectors: list[tuple[float, float, float]]) -> None:
    assert unpack_vectors(pack_vectors(vectors), 3) == vectors


def test_vectors_are_little_endian_float32_row_by_row() -> None:
    assert base64.b64decode(pack_vectors([(1.0, 2.0), (3.0, 4.0)])) == struct.pack("<4f", 1, 2, 3, 4)


@pytest.mark.parametrize("packed", ["not base64!", base64.b64encode(b"123").decode(), pack_vectors([(1.0, 2.0)])])
def test_bytes_that_are_not_whole_rows_are_refused(packed: str) -> None:
    with pytest.raises(ValueError, match=r"base64|rows"):
        unpack_vectors(packed, 3)


@pytest.mark.parametrize("texts", [None, "one text", [1], ["a"] * (MAX_TEXTS + 1)])
def test_what_is_not_a_list_of_texts_is_refused(texts: object) -> None:
    with pytest.raises(InvalidRequest):
        read_texts({"texts": texts}, "texts")
