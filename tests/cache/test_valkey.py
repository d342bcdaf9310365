"""A Valkey that is down, slow, silent or breaks off: a typed error, soon; and no answer reaches another question."""

import asyncio
import time
from collections.abc import Callable

import pytest
from redis import Redis

from docqa.cache.circuit import SLOW_IN_A_ROW, Circuit
from docqa.cache.valkey import CONNECTING_S, CONNECTIONS, TIMEOUT_S, ValkeyCache
from docqa.core.errors import CacheUnavailable, DependencyUnavailable
from tests.cache.conftest import PATIENCE_S
from tests.cache.server import ValkeyServer, Way

pytestmark = pytest.mark.anyio

SLACK_S = 1.0
"""A busy machine is late."""

Make = Callable[..., ValkeyCache]


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def patient(clock: Clock | None = None) -> Circuit:
    """To which nothing is slow."""
    return Circuit(clock=clock or time.monotonic, slow_s=PATIENCE_S)


async def test_a_dead_server_is_an_error_at_once(server: ValkeyServer, make: Make) -> None:
    server.stop()
    try:
        cache = make(server.url)
        start = time.monotonic()
        with pytest.raises(CacheUnavailable):
            await cache.get("a")
        assert time.monotonic() - start < CONNECTING_S + SLACK_S
        with pytest.raises(CacheUnavailable):
            await cache.ping()
    finally:
        server.start()


async def test_a_silent_server_costs_one_timeout(way: Way, make: Make) -> None:
    cache = make(way.url)
    await cache.ping()
    way.silent = True
    start = time.monotonic()
    with pytest.raises(CacheUnavailable):
        await cache.get("a")
    assert TIMEOUT_S <= time.monotonic() - start < TIMEOUT_S + SLACK_S
    asked, start = way.requests, time.monotonic()
    for _ in range(100):
        with pytest.raises(CacheUnavailable):
            await cache.get("a")
    assert time.monotonic() - start < SLACK_S
    assert way.requests == asked


async def test_a_slow_server_is_left_alone(way: Way, make: Make) -> None:
    cache = make(way.url, timeout_s=PATIENCE_S)
    await cache.ping()
    way.delay_s = 0.05
    for _ in range(SLOW_IN_A_ROW):
        assert await cache.get("a") is None
    with pytest.raises(CacheUnavailable):
        await cache.get("a")


async def test_a_broken_connection_is_replaced(way: Way, make: Make) -> None:
    cache = make(way.url, timeout_s=PATIENCE_S)
    await cache.set("a", b"1", ttl_s=60)
    way.cut()
    assert await cache.get("a") == b"1"


async def test_when_it_is_well_again_it_is_asked_again(way: Way, make: Make) -> None:
    clock = Clock()
    cache = make(way.url, timeout_s=0.5, circuit=patient(clock))
    await cache.set("a", b"1", ttl_s=60)
    way.silent = True
    with pytest.raises(CacheUnavailable):
        await cache.get("a")
    way.silent = False
    with pytest.raises(CacheUnavailable):
        await cache.get("a")
    clock.now += 6
    assert [await cache.get("a"), await cache.get("a")] == [b"1", b"1"]


async def test_ping_asks_in_any_case(way: Way, make: Make) -> None:
    cache = make(way.url, circuit=patient(Clock()))
    way.silent = True
    with pytest.raises(CacheUnavailable):
        await cache.get("a")
    way.silent = False
    await cache.ping()
    assert await cache.get("a") is None


async def test_an_answer_that_came_too_late_reaches_nobody(way: Way, redis: "Redis[bytes]", make: Make) -> None:
    """What was asked and given up must not be taken for the answer to what is asked next."""
    redis.mset({f"k{n}": f"v{n}" for n in range(50)})
    hasty = make(way.url, timeout_s=0.02, circuit=Circuit(clock=lambda: 0.0))
    hasty._circuit.failed = lambda: None  # type: ignore[method-assign]  # so that every call is made
    await hasty.ping()
    for n in range(50):
        way.delay_s = 0.04 if n % 2 else 0.0
        try:
            found = await hasty.get(f"k{n}")
        except CacheUnavailable:
            continue
        assert found == f"v{n}".encode()


async def test_who_is_cancelled_leaves_nothing_behind(way: Way, redis: "Redis[bytes]", make: Make) -> None:
    redis.mset({f"k{n}": f"v{n}" for n in range(50)})
    cache = make(way.url, timeout_s=PATIENCE_S, circuit=patient())
    way.delay_s = 0.01
    for n in range(50):
        call = asyncio.create_task(cache.get(f"k{n}"))
        await asyncio.sleep(0.0005 * (n % 25))
        call.cancel()
        await asyncio.wait({call})
        other = (n + 1) % 50
        assert await cache.get(f"k{other}") == f"v{other}".encode()
    assert len(redis.client_list()) <= CONNECTIONS + 1


async def test_a_server_that_dies_in_mid_request(way: Way, make: Make) -> None:
    cache = make(way.url, timeout_s=1)
    await cache.ping()
    way.silent = True
    call = asyncio.create_task(cache.get("a"))
    await asyncio.sleep(0.02)
    way.cut()
    with pytest.raises(CacheUnavailable):
        await call


async def test_many_calls_at_once_share_a_few_connections(valkey: ValkeyCache, redis: "Redis[bytes]") -> None:
    keys = [f"key {n}" for n in range(200)]
    await asyncio.gather(*(valkey.set(key, key.encode(), ttl_s=60) for key in keys))
    assert await asyncio.gather(*(valkey.get(key) for key in keys)) == [key.encode() for key in keys]
    assert len(redis.client_list()) <= CONNECTIONS + 1


async def test_what_the_server_refuses_is_an_error_but_no_outage(valkey: ValkeyCache, redis: "Redis[bytes]") -> None:
    redis.lpush("a", b"1")
    with pytest.raises(CacheUnavailable, match="refuses"):
        await valkey.get("a")
    assert await valkey.get("b") is None


@pytest.mark.parametrize("url", ["", "http://127.0.0.1/", "redis://:wrong@127.0.0.1:{port}/0"])
async def test_a_wrong_address_or_password_is_an_outage(server: ValkeyServer, make: Make, url: str) -> None:
    cache = make(url.format(port=server.port))
    for message in ("does not answer", "a moment ago"):
        with pytest.raises(CacheUnavailable, match=message):
            await cache.get("a")


async def test_an_address_that_cannot_be_asked_for_is_an_outage_until_it_can(server: ValkeyServer, make: Make) -> None:
    clock, answers = Clock(), iter([DependencyUnavailable("The secret store does not answer."), server.url])

    def url() -> str:
        answer = next(answers)
        if isinstance(answer, Exception):
            raise answer
        return answer

    cache = make(url, timeout_s=PATIENCE_S, circuit=patient(clock))
    with pytest.raises(CacheUnavailable):
        await cache.get("a")
    clock.now += 6
    assert await cache.get("a") is None
