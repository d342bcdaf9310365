"""A `Cache` that never fails: what it cannot do counts as not found, and as allowed."""

from collections.abc import Sequence

from docqa.core.errors import CacheUnavailable
from docqa.core.ports import Cache
from docqa.observability import EventLog

log = EventLog()


class BestEffort:
    """`Cache` over one that may be down; says once that it is, and once that it is back."""

    def __init__(self, cache: Cache) -> None:
        self._cache = cache
        self._well = True

    async def get(self, key: str) -> bytes | None:
        try:
            value = await self._cache.get(key)
        except CacheUnavailable as error:
            self._lost(error)
            return None
        self._found()
        return value

    async def set(self, key: str, value: bytes, *, ttl_s: float) -> None:
        try:
            await self._cache.set(key, value, ttl_s=ttl_s)
        except CacheUnavailable as error:
            self._lost(error)

    async def claim(self, key: str, token: bytes, *, ttl_s: float) -> bool:
        """True when there is nobody to ask."""
        try:
            return await self._cache.claim(key, token, ttl_s=ttl_s)
        except CacheUnavailable as error:
            self._lost(error)
            return True

    async def release(self, key: str, token: bytes) -> None:
        try:
            await self._cache.release(key, token)
        except CacheUnavailable as error:
            self._lost(error)

    async def recent(self, key: str) -> list[bytes]:
        try:
            return await self._cache.recent(key)
        except CacheUnavailable as error:
            self._lost(error)
            return []

    async def items(self, key: str, *, start: int, count: int) -> list[bytes]:
        try:
            return await self._cache.items(key, start=start, count=count)
        except CacheUnavailable as error:
            self._lost(error)
            return []

    async def extend(self, key: str, items: Sequence[bytes], *, ttl_s: float) -> None:
        try:
            await self._cache.extend(key, items, ttl_s=ttl_s)
        except CacheUnavailable as error:
            self._lost(error)

    async def remember(self, key: str, item: bytes, *, keep: int, ttl_s: float) -> None:
        try:
            await self._cache.remember(key, item, keep=keep, ttl_s=ttl_s)
        except CacheUnavailable as error:
            self._lost(error)

    def _lost(self, error: CacheUnavailable) -> None:
        if self._well:
            log.warning("cache_unavailable", reason=error.message, **error.details)
        self._well = False

    def _found(self) -> None:
        if not self._well:
            log.info("cache_back")
        self._well = True
