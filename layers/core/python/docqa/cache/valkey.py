"""`Cache` on Valkey through redis-py, with an end to every wait."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

from docqa.cache.circuit import Circuit
from docqa.core.errors import CacheUnavailable, DocQAError

if TYPE_CHECKING:
    from redis.asyncio import Redis

TIMEOUT_S = 0.1
"""For one call."""
CONNECTING_S = 0.3
"""For calls until one was answered: they connect, from an environment that has only just started."""
PING_S = 2.0
CONNECTIONS = 8

_RELEASE = "if redis.call('get', KEYS[1]) == ARGV[1] then return redis.call('del', KEYS[1]) else return 0 end"

Command = Callable[["Redis"], Awaitable[Any]]


class ValkeyCache:
    """Use one from one event loop; nothing is imported (0.1 s) and nothing connects before the first call.

    `url` is asked for on first use. A server that is down costs one call now and then its timeout, the others nothing.
    """

    def __init__(self, url: Callable[[], str], *, timeout_s: float = TIMEOUT_S, circuit: Circuit | None = None) -> None:
        self._url = url
        self._timeout_s = timeout_s
        self._circuit = circuit or Circuit()
        self._connected = False
        self._calls: set[asyncio.Task[Any]] = set()  # a loop keeps no task alive by itself

    async def get(self, key: str) -> bytes | None:
        value: bytes | None = await self._guarded(lambda client: client.get(key))
        return value

    async def set(self, key: str, value: bytes, *, ttl_s: float) -> None:
        await self._guarded(lambda client: client.set(key, value, px=_milliseconds(ttl_s)))

    async def claim(self, key: str, token: bytes, *, ttl_s: float) -> bool:
        """Ours, too, when an answer was lost and the client has asked again."""
        holder = await self._guarded(lambda client: client.set(key, token, px=_milliseconds(ttl_s), nx=True, get=True))
        return holder is None or holder == token

    async def release(self, key: str, token: bytes) -> None:
        await self._guarded(lambda client: client.eval(_RELEASE, 1, key, token))

    async def recent(self, key: str) -> list[bytes]:
        items: list[bytes] = await self._guarded(lambda client: client.lrange(key, 0, -1))
        return items

    async def items(self, key: str, *, start: int, count: int) -> list[bytes]:
        found: list[bytes] = await self._guarded(lambda client: client.lrange(key, start, start + count - 1))
        return found

    async def extend(self, key: str, items: Sequence[bytes], *, ttl_s: float) -> None:
        async def at_once(client: "Redis") -> None:
            async with client.pipeline(transaction=True) as pipeline:
                pipeline.rpush(key, *items)
                pipeline.pexpire(key, _milliseconds(ttl_s))
                await pipeline.execute()

        await self._guarded(at_once)

    async def remember(self, key: str, item: bytes, *, keep: int, ttl_s: float) -> None:
        async def at_once(client: "Redis") -> None:
            async with client.pipeline(transaction=True) as pipeline:
                pipeline.lpush(key, item)
                pipeline.ltrim(key, 0, keep - 1)
                pipeline.pexpire(key, _milliseconds(ttl_s))
                await pipeline.execute()

        await self._guarded(at_once)

    async def ping(self) -> None:
        """Asks the server in any case, and waits longer for it. Raises CacheUnavailable."""
        await self._call(lambda client: client.ping(), PING_S)

    async def close(self) -> None:
        """Let the calls under way end, and close the connections."""
        await asyncio.gather(*self._calls, return_exceptions=True)
        if "_client" in self.__dict__:
            await self._client.aclose()

    async def _guarded(self, command: Command) -> Any:
        if not self._circuit.lets_through():
            raise CacheUnavailable("The cache did not answer a moment ago.")
        return await self._call(command, self._timeout_s if self._connected else max(CONNECTING_S, self._timeout_s))

    async def _call(self, command: Command, timeout_s: float) -> Any:
        """In a task of its own: when the caller is cancelled, the answer is still read to its end.

        A connection left in mid-answer would have to be closed, and one left in mid-release is lost to the pool.
        """
        call = asyncio.create_task(self._answer(command, timeout_s))
        self._calls.add(call)
        call.add_done_callback(self._calls.discard)
        return await asyncio.shield(call)

    async def _answer(self, command: Command, timeout_s: float) -> Any:
        from redis.exceptions import RedisError, ResponseError

        try:
            client = self._client
            start = time.monotonic()
            async with asyncio.timeout(timeout_s):
                answer = await command(client)
        except ResponseError as error:  # refused, but the server is well
            raise CacheUnavailable("The cache refuses.", cause=str(error)) from error
        except (
            RedisError,
            OSError,
            DocQAError,
            ValueError,
        ) as error:  # a timeout is an OSError, a wrong URL a ValueError
            self._circuit.failed()
            raise CacheUnavailable(cause=type(error).__name__) from error
        self._circuit.answered(time.monotonic() - start if self._connected else 0.0)
        self._connected = True
        return answer

    @cached_property
    def _client(self) -> "Redis":
        from redis.asyncio import BlockingConnectionPool, Redis
        from redis.asyncio.retry import Retry
        from redis.backoff import NoBackoff
        from redis.exceptions import ConnectionError as Disconnected

        pool = BlockingConnectionPool.from_url(
            self._url(),
            max_connections=CONNECTIONS,
            # every wait ends with the call's
            timeout=None,
            socket_timeout=None,
            socket_connect_timeout=None,
            # What the server closed while we were frozen is replaced at once; each of the calls may be made twice.
            retry=Retry(NoBackoff(), 1, supported_errors=(Disconnected,)),
            protocol=2,
            driver_info=None,  # two commands fewer on connecting
        )
        return Redis.from_pool(pool)


def _milliseconds(seconds: float) -> int:
    return max(1, round(seconds * 1000))
