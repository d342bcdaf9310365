"""Cached searches over real documents: whatever happens to them, the cache shows what the database would."""

from collections.abc import Sequence

import pytest

from docqa.core.errors import NotFound
from docqa.core.models import Identity, Role, SearchOptions, SearchQuery
from docqa.observability import Counts
from docqa.retrieval.cache_keys import CacheKeys
from docqa.retrieval.caching import CachedRetriever
from docqa.retrieval.retriever import HybridRetriever
from docqa.retrieval.semantic import SemanticRetriever
from docqa.retrieval.tokenizer import Tokenizer
from docqa.retrieval.vectors import VectorRetriever
from tests.database.world import MODEL, World, unit_vector
from tests.fakes.cache import MemoryCache

pytestmark = pytest.mark.anyio

WORDS = "ferry timetable"


class WordsEmbedder:
    """The model of `world`."""

    model = MODEL
    dimensions = len(unit_vector(""))
    languages = None

    async def embed_passages(self, texts: Sequence[str]) -> list[tuple[float, ...]]:
        return [unit_vector(text) for text in texts]

    async def embed_query(self, text: str) -> tuple[float, ...]:
        return unit_vector(text)

    async def embed_queries(self, texts: Sequence[str]) -> list[tuple[float, ...]]:
        return [unit_vector(text) for text in texts]


class Searches:
    """As the API makes them: the scope first, then the search through all caches."""

    def __init__(self, world: World) -> None:
        self._world = world
        self.cache, counts, keys = MemoryCache(), Counts(), CacheKeys(versions=["1"])
        hybrid = HybridRetriever(index=world.index, embedder_for=lambda _: WordsEmbedder(), analyzer=Tokenizer())
        semantic = SemanticRetriever(hybrid, cache=self.cache, keys=keys, threshold=0.9, ttl_s=600, counts=counts)
        vectors = VectorRetriever(
            semantic, embedder_for=lambda _: WordsEmbedder(), cache=self.cache, keys=keys, counts=counts
        )
        self._retriever = CachedRetriever(vectors, cache=self.cache, keys=keys, ttl_s=600, counts=counts)

    async def found(self, user: Identity) -> list[str]:
        """Texts, after both forms of the question were asked: the second may come from the semantic cache."""
        texts = [await self._asked(user, form) for form in (WORDS, WORDS.upper(), WORDS)]
        assert texts[0] == texts[1] == texts[2]
        return sorted(texts[0])

    async def _asked(self, user: Identity, text: str) -> list[str]:
        scope = await self._world.access.scope(user, None, None)
        query = SearchQuery(
            tenant_id=user.tenant_id,
            query=text,
            document_ids=scope.document_ids,
            collection_ids=scope.collection_ids,
            epoch=scope.epoch,
        )
        return [hit.text for hit in await self._retriever.search(query)]


@pytest.fixture
def searches(world: World) -> Searches:
    return Searches(world)


async def test_what_is_published_replaced_and_deleted_shows_at_once(world: World, searches: Searches) -> None:
    user = await world.account()
    assert await searches.found(user) == []
    key = await world.document(user, "ferry timetable of May")
    assert await searches.found(user) == ["ferry timetable of May"]
    await world.published(await world.next_version(key), ["ferry timetable of June"])
    assert await searches.found(user) == ["ferry timetable of June"]
    await world.documents.delete(user.tenant_id, key.document_id)
    assert await searches.found(user) == []


async def test_a_share_that_is_given_and_taken_shows_at_once(world: World, searches: Searches) -> None:
    owner = await world.account()
    member = await world.colleague(owner)
    collection_id = await world.collection(owner)
    await world.document(owner, "ferry timetable for the crew", collection_id=collection_id)
    assert await searches.found(owner) == ["ferry timetable for the crew"]
    assert await searches.found(member) == []
    await world.share(collection_id, member, Role.VIEWER)
    assert await searches.found(member) == ["ferry timetable for the crew"]
    await world.members.remove_member(owner.tenant_id, collection_id, who=str(member.user_id))
    assert await searches.found(member) == []
    with pytest.raises(NotFound):
        await world.access.scope(member, None, [collection_id])


async def test_nothing_crosses_tenants(world: World, searches: Searches) -> None:
    one, other = await world.account(), await world.account()
    await world.document(one, "ferry timetable of one")
    assert await searches.found(one) == ["ferry timetable of one"]
    assert await searches.found(other) == []
    await world.document(other, "ferry timetable of the other")
    assert await searches.found(other) == ["ferry timetable of the other"]
    assert await searches.found(one) == ["ferry timetable of one"]


async def test_changed_search_options_show_at_once(world: World, searches: Searches) -> None:
    user = await world.account()
    before = (await world.access.scope(user, None, None)).epoch
    await world.collections.update(
        user, await world.default_collection(user), name=None, options=None, search=SearchOptions()
    )
    assert (await world.access.scope(user, None, None)).epoch > before


async def test_searches_do_come_from_the_cache(world: World, searches: Searches) -> None:
    """Without this the others would prove nothing."""
    user = await world.account()
    await world.document(user, "ferry timetable of May")
    await searches.found(user)
    asked: list[object] = []
    world.index.find = lambda *values, **more: asked.append(values)  # type: ignore[method-assign, assignment]
    assert await searches.found(user) == ["ferry timetable of May"]
    assert asked == []
