"""Vector indexes: built for tenants that have grown large, dropped where they are of no use, and tried by samples."""

from dataclasses import dataclass

from docqa.core.models import Model
from docqa.core.ports import IndexStore
from docqa.observability import Counts


class Tended(Model):
    """What one run did: names of indexes, and of each one in place the share of nearest passages that it finds."""

    built: tuple[str, ...]
    dropped: tuple[str, ...]
    recall: dict[str, float]


@dataclass(frozen=True)
class IndexKeeper:
    """Comes on a schedule. A build that outlives the function goes on in the database, and the next run finds it."""

    store: IndexStore
    counts: Counts

    async def run(self) -> Tended:
        """The metric `VectorIndexRecall` has each index's recall. Raises DependencyUnavailable."""
        built, dropped = await self.store.tend()
        recall = {name: await self.store.recall(name) for name in await self.store.valid()}
        self.counts.share("VectorIndexRecall", recall.values())
        return Tended(built=tuple(built), dropped=tuple(dropped), recall=recall)
