"""Answers that go on after their reader was cut off: their frames are kept for a while, and read on from anywhere.

The frames of an answer lie in the cache under its stream's id and its user's: an id alone opens nothing. Who was cut
off asks again with `Last-Event-ID` and gets what he has missed, and what follows while it is made; a function that was
ended by its time limit leaves what it had sent, and then an error that may be tried again. Without a reader an answer
goes on for GRACE_S, and as long as another one is there; then it is given up.
"""

import asyncio
import contextlib
import re
from collections.abc import AsyncGenerator
from contextlib import aclosing

from docqa.core.errors import CacheUnavailable, DependencyUnavailable, NotFound
from docqa.core.events import ErrorEvent
from docqa.core.models import Identity
from docqa.core.ports import Cache
from docqa.http.sse import HEARTBEAT, HEARTBEAT_S, frame
from docqa.observability import EventLog

log = EventLog()

GRACE_S = 20.0
KEPT_S = 600.0
LARGEST = 4 * 1024 * 1024
"""Bytes of one answer; a longer one cannot be read on."""
FLUSH_S = 0.05
POLL_S = 0.2
SILENT_S = 40.0
"""Two heartbeats and some: after that the maker of an answer is gone."""
READER_S = 5.0

_END = b""
_EVENT_ID = re.compile(r"([0-9a-f]{32}):(\d{1,9})")


def parsed(event_id: str) -> tuple[str, int]:
    """Stream and number of a `Last-Event-ID`. Raises NotFound for what was never one of ours."""
    match = _EVENT_ID.fullmatch(event_id.strip())
    if match is None:
        raise NotFound("This answer cannot be read on. Ask again.")
    return match[1], int(match[2])


class Replays:
    """Keeps the frames of answers. What the cache does not take is only not kept: the answer itself goes on."""

    def __init__(self, cache: Cache) -> None:
        self._cache = cache

    async def kept(self, frames: AsyncGenerator[bytes], user: Identity, stream_id: str) -> AsyncGenerator[bytes]:
        """The same frames, as they are made."""
        keeping = _Keeping(self._cache, _key(user, stream_id))
        queue: asyncio.Queue[bytes | None] = asyncio.Queue()
        making = asyncio.create_task(self._make(frames, queue, keeping))
        try:
            while (made := await queue.get()) is not None:
                yield made
            await making  # raises what ended it
        finally:
            await self._without_reader(making, keeping.key)

    async def follow(self, user: Identity, stream_id: str, after: int) -> AsyncGenerator[bytes]:
        """What comes after the frame of that number. Raises NotFound before the first one."""
        key = _key(user, stream_id)
        if not await self._cache.items(key, start=0, count=1):
            raise NotFound("This answer cannot be read on any more. Ask again.")
        return self._following(key, after)

    async def _following(self, key: str, after: int) -> AsyncGenerator[bytes]:
        loop = asyncio.get_running_loop()
        sent_at = loop.time()
        while True:
            await self._cache.set(f"{key}:reader", b"1", ttl_s=READER_S)
            for made in await self._cache.items(key, start=after, count=200):
                if made == _END:
                    return
                after, sent_at = after + 1, loop.time()
                yield made
            if await self._cache.get(f"{key}:maker") is None:
                lost = DependencyUnavailable("The answer was broken off. Ask again.")
                event = ErrorEvent(code=lost.code, message=lost.message, retryable=True)
                yield frame(event.name, event.model_dump_json())
                return
            if loop.time() - sent_at > HEARTBEAT_S:
                sent_at = loop.time()
                yield HEARTBEAT
            await asyncio.sleep(POLL_S)

    async def _make(
        self, frames: AsyncGenerator[bytes], queue: "asyncio.Queue[bytes | None]", keeping: "_Keeping"
    ) -> None:
        try:
            async with aclosing(frames):
                async for made in frames:
                    queue.put_nowait(made)
                    await keeping.add(made)
            await keeping.end()
        finally:
            queue.put_nowait(None)

    async def _without_reader(self, making: "asyncio.Task[None]", key: str) -> None:
        """Let an answer go on that nobody reads here: somebody may read it elsewhere."""
        loop = asyncio.get_running_loop()
        until = loop.time() + GRACE_S
        while not making.done() and loop.time() < until:
            await asyncio.wait({making}, timeout=1.0)
            with contextlib.suppress(CacheUnavailable):
                if await self._cache.get(f"{key}:reader") is not None:
                    until = loop.time() + GRACE_S
        if not making.done():
            making.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await making


class _Keeping:
    """Frames on their way into the cache, a few at a time. Gives up when the cache fails or they grow too many."""

    def __init__(self, cache: Cache, key: str) -> None:
        self.key = key
        self._cache = cache
        self._waiting: list[bytes] = []
        self._bytes = 0
        self._flushed_at = float("-inf")
        self._given_up = False

    async def add(self, made: bytes) -> None:
        """A heartbeat is not kept, but tells that the maker lives."""
        if made != HEARTBEAT:
            self._waiting.append(made)
            self._bytes += len(made)
        if made == HEARTBEAT or asyncio.get_running_loop().time() - self._flushed_at >= FLUSH_S:
            await self._flush()

    async def end(self) -> None:
        self._waiting.append(_END)
        await self._flush()

    async def _flush(self) -> None:
        items, self._waiting = self._waiting, []
        self._flushed_at = asyncio.get_running_loop().time()
        if self._given_up:
            return
        try:
            if self._bytes > LARGEST:
                self._given_up = True
                await self._cache.set(f"{self.key}:maker", b"", ttl_s=0.001)
                return
            await self._cache.set(f"{self.key}:maker", b"1", ttl_s=SILENT_S)
            if items:
                await self._cache.extend(self.key, items, ttl_s=KEPT_S)
        except CacheUnavailable as error:
            self._given_up = True
            log.warning("answer_not_kept", reason=error.message)


def _key(user: Identity, stream_id: str) -> str:
    return f"replay:{user.tenant_id}:{user.user_id}:{stream_id}"
