"""The container of the functions as bootstrap builds it, over a real database.

Only files, executions, models and the cache are in memory; every cache is switched on.
"""

from collections.abc import Mapping, Sequence

from docqa.auth.confirmations import SignedConfirmations
from docqa.auth.invitations import Invitations
from docqa.auth.tokens import AccessTokens
from docqa.bootstrap import Container
from docqa.config import Limits, Settings
from docqa.http.services import Probe
from tests.database.world import DIMENSIONS, MODEL, World, unit_vector
from tests.fakes.cache import MemoryCache
from tests.fakes.embedding import OverlapScorer
from tests.fakes.stores import MemoryExecutions, MemoryObjects

KEY = "k" * 48


class WorldEmbedder:
    """Embedder whose vectors are those that the world's passages have."""

    model = MODEL
    dimensions = DIMENSIONS
    languages = None

    async def embed_passages(self, texts: Sequence[str]) -> list[tuple[float, ...]]:
        return [unit_vector(text) for text in texts]

    async def embed_query(self, text: str) -> tuple[float, ...]:
        return unit_vector(text)

    async def embed_queries(self, texts: Sequence[str]) -> list[tuple[float, ...]]:
        return [unit_vector(text) for text in texts]


class OverlapReranker(OverlapScorer):
    """Reranker that always has the time."""

    model = "overlap"
    languages = None

    async def rerank(self, query: str, passages: Sequence[str], *, budget_s: float) -> list[float | None]:
        return list(await self.score(query, passages))


class WorldContainer(Container):
    """Services, and all that stands behind them."""

    def __init__(self, world: World) -> None:
        super().__init__(Settings(cache_secret="cache", semantic_cache=0.92))
        self.database = world.database
        self.cache = MemoryCache()
        self.uploads = MemoryObjects()
        self.artifact_objects = MemoryObjects()
        self.executions = MemoryExecutions()
        self.tokens = AccessTokens(KEY, 60)
        self.invitations = Invitations(KEY)
        self.confirmations = SignedConfirmations(KEY, self.cache)
        self.rerankers = (OverlapReranker(),)

    @property
    def limits(self) -> Limits:
        return Limits(max_upload_bytes=1_000)

    @property
    def scorer(self) -> OverlapScorer:
        return OverlapScorer()

    def embedder_for(self, model: str | None) -> WorldEmbedder:
        return WorldEmbedder()

    @property
    def probes(self) -> Mapping[str, Probe]:
        return {"database": self.database.ping}
