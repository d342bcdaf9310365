"""Caches in memory: one that works, and one that does not answer."""

import time
from collections.abc import Callable, Sequence

from docqa.core.errors import CacheUnavailable


class MemoryCache:
    """Cache. `down` makes every call raise; `calls` counts them, by name."""

    def __init__(self, *, clock: Callable[[], float] = time.monotonic) -> None:
        self.values: dict[str, tuple[bytes | list[bytes], float]] = {}
        self.down = False
        self.calls: dict[str, int] = {}
        self._clock = clock

    async def get(self, key: str) -> bytes | None:
        value = self._living("get", key)
        assert not isinstance(value, list)
        return value

    async def set(self, key: str, value: bytes, *, ttl_s: float) -> None:
        self._living("set", key)
        self.values[key] = value, self._clock() + ttl_s

    async def claim(self, key: str, token: bytes, *, ttl_s: float) -> bool:
        holder = self._living("claim", key)
        if holder is None:
            self.values[key] = token, self._clock() + ttl_s
        return holder in (None, token)

    async def release(self, key: str, token: bytes) -> None:
        if self._living("release", key) == token:
            del self.values[key]

    async def recent(self, key: str) -> list[bytes]:
        value = self._living("recent", key)
        return list(value) if isinstance(value, list) else []

    async def items(self, key: str, *, start: int, count: int) -> list[bytes]:
        value = self._living("items", key)
        return value[start : start + count] if isinstance(value, list) else []

    async def extend(self, key: str, items: Sequence[bytes], *, ttl_s: float) -> None:
        value = self._living("extend", key)
        self.values[key] = [*(value if isinstance(value, list) else []), *items], self._clock() + ttl_s

    async def remember(self, key: str, item: bytes, *, keep: int, ttl_s: float) -> None:
        value = self._living("remember", key)
        items = value if isinstance(value, list) else []
        self.values[key] = [item, *items][:keep], self._clock() + ttl_s

    def _living(self, call: str, key: str) -> bytes | list[bytes] | None:
        self.calls[call] = self.calls.get(call, 0) + 1
        if self.down:
            raise CacheUnavailable()
        value, until = self.values.get(key, (None, 0.0))
        return value if until > self._clock() else None
