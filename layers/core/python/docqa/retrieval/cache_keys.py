"""Keys of what is cached of a search: the whole query goes in, so that a field added to it later does, too.

    search:{tenant}:{digest of everything that decides the answer}
    semantic:{tenant}:{digest of everything but the text, and of the words in it}
    vector:{tenant}:{digest of model and text}

The tenant stands first and in clear: one tenant's entries can be found, counted and removed.
"""

import hashlib
import json
import unicodedata
from collections.abc import Sequence
from uuid import UUID

from docqa.core.models import SearchQuery

FORMAT = "1"
"""Moves with how values are stored."""


class CacheKeys:
    """`versions`: of the code, the settings and the models that an answer depends on."""

    def __init__(self, *, versions: Sequence[str]) -> None:
        self._versions = [FORMAT, *versions]

    def scope(self, query: SearchQuery) -> str:
        """Digest of tenant, epoch, permissions, filters, mode and versions: all that is not the question itself."""
        fields = query.model_dump(mode="json", exclude={"query", "vectors"})
        for ids in ("document_ids", "collection_ids"):
            if fields[ids] is not None:
                fields[ids] = sorted(set(fields[ids]))
        fields["rewrites"] = [normalised(text) for text in fields["rewrites"]]
        return _digest([self._versions, fields])

    def answer(self, query: SearchQuery) -> str:
        """Where the hits lie. Vectors that came with the query decide with it."""
        return self.answer_of(query, _digest([self.scope(query), normalised(query.query), query.vectors]))

    def answer_of(self, query: SearchQuery, digest: str) -> str:
        """The key of another answer for the same tenant."""
        return f"search:{query.tenant_id}:{digest}"

    def semantic(self, query: SearchQuery, words: Sequence[str]) -> str:
        """Where questions of these words are remembered."""
        return f"semantic:{query.tenant_id}:{_digest([self.scope(query), list(words)])}"

    def vector(self, tenant_id: UUID, model: str, text: str) -> str:
        """By tenant, although the vector is the same for all: how fast an answer comes must not tell one tenant what
        another has asked."""
        return f"vector:{tenant_id}:{_digest([FORMAT, model, normalised(text)])}"


def normalised(text: str) -> str:
    """Texts that are written alike. Case stays: it tells names from words."""
    return " ".join(unicodedata.normalize("NFC", text).split())


def _digest(parts: object) -> str:
    canonical = json.dumps(parts, sort_keys=True, ensure_ascii=True, allow_nan=False, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()
