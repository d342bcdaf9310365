"""What every Cache must do: the real one, the fake one, and the one that never fails over both."""

import asyncio

import pytest

from docqa.cache.valkey import ValkeyCache
from docqa.core.ports import Cache
from docqa.retrieval.best_effort import BestEffort
from tests.fakes.cache import MemoryCache

pytestmark = pytest.mark.anyio


@pytest.fixture(params=["valkey", "memory", "best effort over valkey", "best effort over memory"])
def cache(request: pytest.FixtureRequest, valkey: ValkeyCache) -> Cache:
    bottom: Cache = valkey if "valkey" in request.param else MemoryCache()
    return BestEffort(bottom) if "best effort" in request.param else bottom


async def test_what_was_set_is_found(cache: Cache) -> None:
    value = bytes(range(256)) * 100
    await cache.set("a", value, ttl_s=60)
    await cache.set("b", b"", ttl_s=60)
    assert [await cache.get("a"), await cache.get("b"), await cache.get("c")] == [value, b"", None]


async def test_the_last_value_stays(cache: Cache) -> None:
    await cache.set("a", b"old", ttl_s=60)
    await cache.set("a", b"new", ttl_s=60)
    assert await cache.get("a") == b"new"


async def test_a_value_goes_when_its_time_is_over(cache: Cache) -> None:
    await cache.set("a", b"1", ttl_s=0.05)
    await asyncio.sleep(0.1)
    assert await cache.get("a") is None


async def test_a_claim_has_one_holder(cache: Cache) -> None:
    assert await cache.claim("a", b"one", ttl_s=60)
    assert not await cache.claim("a", b"two", ttl_s=60)
    assert await cache.claim("a", b"one", ttl_s=60)
    assert await cache.claim("b", b"two", ttl_s=60)


async def test_only_its_holder_releases_a_claim(cache: Cache) -> None:
    assert await cache.claim("a", b"one", ttl_s=60)
    await cache.release("a", b"two")
    assert not await cache.claim("a", b"two", ttl_s=60)
    await cache.release("a", b"one")
    assert await cache.claim("a", b"two", ttl_s=60)


async def test_a_claim_of_somebody_who_died_ends(cache: Cache) -> None:
    assert await cache.claim("a", b"one", ttl_s=0.05)
    await asyncio.sleep(0.1)
    assert await cache.claim("a", b"two", ttl_s=60)


async def test_of_many_who_claim_at_once_one_holds(cache: Cache) -> None:
    claimed = await asyncio.gather(*(cache.claim("a", bytes([n]), ttl_s=60) for n in range(20)))
    assert sum(claimed) == 1


async def test_the_newest_are_remembered(cache: Cache) -> None:
    for n in range(5):
        await cache.remember("a", bytes([n]), keep=3, ttl_s=60)
    assert await cache.recent("a") == [b"\x04", b"\x03", b"\x02"]
    assert await cache.recent("b") == []


async def test_what_is_remembered_goes_when_its_time_is_over(cache: Cache) -> None:
    await cache.remember("a", b"1", keep=3, ttl_s=0.05)
    await asyncio.sleep(0.1)
    assert await cache.recent("a") == []


async def test_what_is_appended_is_read_from_anywhere(cache: Cache) -> None:
    await cache.extend("a", [b"0", b"1"], ttl_s=60)
    await cache.extend("a", [b"2", b"", b"4"], ttl_s=60)
    assert await cache.items("a", start=0, count=2) == [b"0", b"1"]
    assert await cache.items("a", start=2, count=100) == [b"2", b"", b"4"]
    assert await cache.items("a", start=5, count=100) == []
    assert await cache.items("b", start=0, count=1) == []


async def test_what_is_appended_goes_together_after_the_last(cache: Cache) -> None:
    await cache.extend("a", [b"0"], ttl_s=0.05)
    await cache.extend("a", [b"1"], ttl_s=60)
    await asyncio.sleep(0.1)
    assert await cache.items("a", start=0, count=9) == [b"0", b"1"]
    await cache.extend("a", [b"2"], ttl_s=0.05)
    await asyncio.sleep(0.1)
    assert await cache.items("a", start=0, count=9) == []
