"""One Valkey a session, emptied before each test."""

from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any

import pytest
from redis import Redis

from docqa.cache.circuit import Circuit
from docqa.cache.valkey import ValkeyCache
from tests.cache.server import ValkeyServer, Way, program, version, way_to
from tests.database.server import ENVIRONMENTS

PATIENCE_S = 5.0
"""What tests of something else than time give the server: the machine may be busy."""


def pytest_report_header() -> str:
    return f"valkey: {version()}"


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="session")
def server() -> Iterator[ValkeyServer]:
    executable = program()
    if executable is None:
        pytest.fail(f"Valkey is missing under {ENVIRONMENTS}: install the environments first (make up, or make test)")
    server = ValkeyServer(executable)
    yield server
    server.close()


@pytest.fixture
def redis(server: ValkeyServer) -> Iterator["Redis[bytes]"]:
    """Another client, to look at what is there, and to put there what should not be."""
    with Redis.from_url(server.url) as client:
        client.flushall()
        yield client


@pytest.fixture
async def make(anyio_backend: str, redis: "Redis[bytes]") -> AsyncIterator[Callable[..., ValkeyCache]]:
    """Makes caches as ValkeyCache does, and closes them."""
    made: list[ValkeyCache] = []

    def make(url: str | Callable[[], str], **values: Any) -> ValkeyCache:
        made.append(ValkeyCache(url if callable(url) else lambda: url, **values))
        return made[-1]

    yield make
    for cache in made:
        await cache.close()


@pytest.fixture
def valkey(server: ValkeyServer, make: Callable[..., ValkeyCache]) -> ValkeyCache:
    return make(server.url, timeout_s=PATIENCE_S, circuit=Circuit(slow_s=PATIENCE_S))


@pytest.fixture
async def way(anyio_backend: str, server: ValkeyServer, redis: "Redis[bytes]") -> AsyncIterator[Way]:
    """A way to the server that a test may make slow, silent or broken."""
    async with way_to(server) as way:
        yield way
