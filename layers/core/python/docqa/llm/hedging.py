"""Asking a second one when the first is slow to begin; who speaks first goes on, the other is ended.

After "The Tail at Scale" (Dean and Barroso, CACM 56(2), 2013), section "Within request short-term adaptations". Off by
default: what the slower one has read is paid for, too.
"""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from typing import Any, TypeVar

T = TypeVar("T")

_NOTHING: Any = object()


async def hedged(
    first: AsyncGenerator[T], second: Callable[[], AsyncGenerator[T]], *, after_s: float
) -> AsyncGenerator[T]:
    """What the one who speaks first says. `second` is made when the first has said nothing within `after_s`.

    One that ends or raises without a word leaves it to the other; when both do, the last error is raised, if there was
    one.
    """
    running: dict[asyncio.Task[T], AsyncGenerator[T]] = {_begin(first): first}
    try:
        done, _ = await asyncio.wait(running, timeout=after_s)
        if not done:
            other = second()
            running[_begin(other)] = other
        failed: BaseException | None = None
        while running:
            done, _ = await asyncio.wait(running, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                source = running.pop(task)
                failed = task.exception() or failed
                if task.exception() is not None or task.result() is _NOTHING:
                    continue
                await _end(running)
                async with aclosing(source):
                    yield task.result()
                    async for item in source:
                        yield item
                return
        if failed is not None:
            raise failed
    finally:
        await _end(running)


def _begin(source: AsyncGenerator[T]) -> "asyncio.Task[T]":
    async def word() -> T:
        return await anext(source, _NOTHING)

    return asyncio.create_task(word())


async def _end(running: "dict[asyncio.Task[T], AsyncGenerator[T]]") -> None:
    for task in running:
        task.cancel()
    await asyncio.gather(*running, return_exceptions=True)
    for source in running.values():
        await source.aclose()
    running.clear()
