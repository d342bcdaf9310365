"""Keeps calls away from a provider that fails, for all functions at once: the state lies in the cache.

Per provider and key. After THRESHOLD faults, none more than WINDOW_S after the one before and no answer in between, it
is left alone for REST_S, or as long as the provider asked for; then one call may try, and the others follow when that
goes well.
"""

import secrets

from docqa.core.ports import Cache

THRESHOLD = 5
WINDOW_S = 60.0
REST_S = 30.0
PROBE_S = 20.0
MEMORY_S = 600.0
"""How long a rest is remembered: until then one call tries before the others."""
_AT_ONCE = 0.001


class Breakers:
    """`cache`: one that never fails; without its memory every call is let through.

    `name` is of one provider and key, without the key.
    """

    def __init__(self, cache: Cache) -> None:
        self._cache = cache

    async def lets_through(self, name: str) -> bool:
        if await self._cache.get(_key(name, "resting")) is not None:
            return False
        if await self._cache.get(_key(name, "tripped")) is None:
            return True
        return await self._cache.claim(_key(name, "probing"), secrets.token_bytes(8), ttl_s=PROBE_S)

    async def answered(self, name: str) -> None:
        """Everything is well again."""
        if await self._cache.get(_key(name, "tripped")) is not None:
            await self._cache.set(_key(name, "tripped"), b"", ttl_s=_AT_ONCE)
        if await self._cache.recent(_key(name, "faults")):
            await self._cache.remember(_key(name, "faults"), b"", keep=1, ttl_s=_AT_ONCE)

    async def failed(self, name: str, *, rest_s: float | None = None) -> None:
        """`rest_s`: how long the provider wants to be left alone, if it said so."""
        await self._cache.remember(_key(name, "faults"), secrets.token_bytes(4), keep=THRESHOLD, ttl_s=WINDOW_S)
        again = await self._cache.get(_key(name, "tripped")) is not None
        many = len(await self._cache.recent(_key(name, "faults"))) >= THRESHOLD
        if rest_s is None and not again and not many:
            return
        rest_s = REST_S if rest_s is None else max(rest_s, _AT_ONCE)
        await self._cache.set(_key(name, "resting"), b"1", ttl_s=rest_s)
        await self._cache.set(_key(name, "tripped"), b"1", ttl_s=rest_s + MEMORY_S)


def _key(name: str, state: str) -> str:
    return f"breaker:{name}:{state}"
