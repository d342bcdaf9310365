"""Single flight inside a process: who asks for what is being computed already waits for it."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

T = TypeVar("T")


class Flights(Generic[T]):
    """Computations under way, by key. Belongs to one event loop."""

    def __init__(self, *, wait_s: float) -> None:
        self._wait_s = wait_s
        self._under_way: dict[str, asyncio.Future[T]] = {}

    async def run(self, key: str, compute: Callable[[], Awaitable[T]]) -> tuple[T, bool]:
        """The result, and whether somebody else had it computed.

        An error reaches all who wait. When the one who computes is cancelled, another goes on. Nobody waits longer than
        `wait_s`: then one computes for oneself.
        """
        end = time.monotonic() + self._wait_s
        while (flight := self._under_way.get(key)) is not None:
            await asyncio.wait({flight}, timeout=max(0.0, end - time.monotonic()))
            if not flight.done():
                return await compute(), False
            if not flight.cancelled():
                return flight.result(), True
        return await self._lead(key, compute), False

    async def _lead(self, key: str, compute: Callable[[], Awaitable[T]]) -> T:
        flight: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self._under_way[key] = flight
        try:
            result = await compute()
        except Exception as error:
            flight.set_exception(error)
            flight.exception()  # perhaps nobody waits for it
            raise
        except BaseException:  # cancelled: not an answer for those who wait
            flight.cancel()
            raise
        else:
            flight.set_result(result)
            return result
        finally:
            del self._under_way[key]
