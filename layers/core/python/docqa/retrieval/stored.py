"""What a search found as bytes in the cache, and back: what is not whole, not ours or not asked for is not there."""

import zlib

from pydantic import ValidationError

from docqa.core import trace
from docqa.core.models import Hit, Reranking, RerankOutcome, SearchQuery
from docqa.core.models.base import Model

MAX_BYTES = 256 * 1024
"""More is not stored."""
MAX_UNPACKED = 4 * 1024 * 1024
COMPRESS_FROM = 2 * 1024

_PLAIN, _ZLIB = b"j", b"z"
_FOR_GOOD = frozenset(
    {
        None,
        RerankOutcome.DONE,
        RerankOutcome.CLEAR,
        RerankOutcome.LANGUAGE,
        RerankOutcome.COLLECTION,
        RerankOutcome.NOTHING,
    }
)


class Found(Model):
    """What was found and told, with where it lies: it answers under its own key and in its own scope only."""

    key: str
    scope: str
    hits: tuple[Hit, ...]
    notes: tuple[str, ...] = ()
    reranking: Reranking | None = None

    def tell(self) -> list[Hit]:
        """The hits; the trace of who asks gets the rest."""
        for note in self.notes:
            trace.note(note)
        if self.reranking is not None:
            trace.reranked(self.reranking)
        return list(self.hits)

    @property
    def lasts(self) -> bool:
        """False when a model was late or down: the next search may do better."""
        return (self.reranking.outcome if self.reranking else None) in _FOR_GOOD


def pack(found: Found) -> bytes | None:
    """None when it is too large to be worth keeping."""
    text = found.model_dump_json().encode()
    if len(text) > MAX_UNPACKED:
        return None
    data = _PLAIN + text if len(text) < COMPRESS_FROM else _ZLIB + zlib.compress(text, 1)
    return data if len(data) <= MAX_BYTES else None


def unpack(data: bytes | None, *, key: str, scope: str, query: SearchQuery) -> Found | None:
    """What `pack` was given, None when these bytes are anything else. Raises nothing."""
    text = None if data is None or len(data) > MAX_BYTES else _text(data)
    if text is None:
        return None
    try:
        found = Found.model_validate_json(text)
    except ValidationError:
        return None
    if (found.key, found.scope) != (key, scope) or len(found.hits) > query.top_k:
        return None
    if query.document_ids is not None and not {hit.document_id for hit in found.hits} <= set(query.document_ids):
        return None
    return found


def _text(data: bytes) -> bytes | None:
    if data[:1] == _PLAIN:
        return data[1:]
    if data[:1] != _ZLIB:
        return None
    unpacking = zlib.decompressobj()
    try:
        text = unpacking.decompress(data[1:], MAX_UNPACKED)
    except zlib.error:
        return None
    return text if unpacking.eof else None
