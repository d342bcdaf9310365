"""A new embedding model for what is there already: backfill beside the old vectors, then one switch a tenant."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from docqa.core.models import Model
from docqa.core.ports import Embedder, IndexStore, ReindexStore

BATCH = 64
ROUNDS = 5
"""How often what came in meanwhile is embedded before a tenant is left to the next run."""


class Reindexed(Model):
    """What one run did; `remaining` tenants are searched with another model still."""

    embedded: int
    switched: int
    remaining: int


@dataclass(frozen=True)
class Reindex:
    """Runs as long as it may; the next run goes on where this one ended, because a vector that is there stays."""

    store: ReindexStore
    indexes: IndexStore
    embedder_for: Callable[[str], Embedder]

    async def run(self, model: str, *, seconds: float) -> Reindexed:
        """Raises InvalidSetting for a model that is not in the registry, DependencyUnavailable."""
        embedder, end = self.embedder_for(model), time.monotonic() + seconds
        embedded = switched = 0
        behind = await self.store.tenants_behind(model)
        for tenant_id in behind:
            for _ in range(ROUNDS):
                embedded += await self._backfill(tenant_id, embedder, end)
                if time.monotonic() >= end:
                    return Reindexed(embedded=embedded, switched=switched, remaining=len(behind) - switched)
                await self.indexes.tend()  # a large tenant's searches would be slow from the switch on
                if await self.store.switch(tenant_id, model):
                    switched += 1
                    break
        return Reindexed(embedded=embedded, switched=switched, remaining=len(behind) - switched)

    async def _backfill(self, tenant_id: UUID, embedder: Embedder, end: float) -> int:
        embedded, after = 0, (0, -1)
        while time.monotonic() < end:
            passages = await self.store.missing(tenant_id, embedder.model, after=after, limit=BATCH)
            if not passages:
                break
            vectors = await embedder.embed_passages([passage.text for passage in passages])
            await self.store.add_vectors(tenant_id, embedder.model, passages, vectors)
            embedded += len(passages)
            after = (passages[-1].version_id, passages[-1].ordinal)
        return embedded
