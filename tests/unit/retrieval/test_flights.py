"""Single flight: computed once, for all who ask meanwhile, whatever becomes of the one who computes."""

import asyncio
import gc

import pytest

from docqa.core.errors import DependencyUnavailable
from docqa.retrieval.flights import Flights

pytestmark = pytest.mark.anyio


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


class Work:
    """Ends when told to; `started` counts its runs."""

    def __init__(self) -> None:
        self.started = 0
        self.may_end = asyncio.Event()
        self.error: Exception | None = None

    async def __call__(self) -> int:
        self.started += 1
        number = self.started
        await self.may_end.wait()
        if self.error:
            raise self.error
        return number


async def asked(flights: Flights[int], work: Work, key: str = "a") -> "asyncio.Task[tuple[int, bool]]":
    task = asyncio.create_task(flights.run(key, work))
    await asyncio.sleep(0)
    return task


async def test_twenty_who_ask_at_once_compute_once() -> None:
    flights: Flights[int] = Flights(wait_s=5)
    work = Work()
    tasks = [await asked(flights, work) for _ in range(20)]
    work.may_end.set()
    assert await asyncio.gather(*tasks) == [(1, False)] + [(1, True)] * 19
    assert work.started == 1


async def test_other_keys_do_not_wait() -> None:
    flights: Flights[int] = Flights(wait_s=5)
    work = Work()
    tasks = [await asked(flights, work, key) for key in ("a", "b")]
    assert work.started == 2
    work.may_end.set()
    await asyncio.gather(*tasks)


async def test_what_is_done_is_forgotten() -> None:
    flights: Flights[int] = Flights(wait_s=5)
    work = Work()
    work.may_end.set()
    assert [await flights.run("a", work), await flights.run("a", work)] == [(1, False), (2, False)]


async def test_an_error_reaches_all_who_wait_and_nobody_later() -> None:
    flights: Flights[int] = Flights(wait_s=5)
    work = Work()
    work.error = DependencyUnavailable()
    tasks = [await asked(flights, work) for _ in range(5)]
    work.may_end.set()
    results = await asyncio.gather(*tasks, return_exceptions=True)
    assert [type(result) for result in results] == [DependencyUnavailable] * 5
    work.error = None
    assert await flights.run("a", work) == (2, False)


async def test_an_error_that_nobody_waits_for_is_not_reported_as_lost() -> None:
    flights: Flights[int] = Flights(wait_s=5)
    work = Work()
    work.error = DependencyUnavailable()
    work.may_end.set()
    reported: list[object] = []
    asyncio.get_running_loop().set_exception_handler(lambda loop, context: reported.append(context))
    with pytest.raises(DependencyUnavailable):
        await flights.run("a", work)
    gc.collect()
    assert reported == []


async def test_when_the_one_who_computes_is_cancelled_another_goes_on() -> None:
    flights: Flights[int] = Flights(wait_s=5)
    work = Work()
    first, *others = [await asked(flights, work) for _ in range(4)]
    first.cancel()
    await asyncio.wait({first})
    work.may_end.set()
    assert await asyncio.gather(*others) == [(2, False), (2, True), (2, True)]


async def test_who_waits_may_leave() -> None:
    flights: Flights[int] = Flights(wait_s=5)
    work = Work()
    first, second = [await asked(flights, work) for _ in range(2)]
    second.cancel()
    await asyncio.wait({second})
    work.may_end.set()
    assert second.cancelled()
    assert await first == (1, False)


async def test_nobody_waits_for_ever() -> None:
    flights: Flights[int] = Flights(wait_s=0.02)
    work = Work()
    first, second = [await asked(flights, work) for _ in range(2)]
    await asyncio.sleep(0.1)
    assert work.started == 2
    work.may_end.set()
    assert [await first, await second] == [(1, False), (2, False)]
