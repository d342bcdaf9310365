"""The circuit breaker, by a clock that is set."""

import asyncio

from docqa.llm.breaker import PROBE_S, REST_S, THRESHOLD, WINDOW_S, Breakers
from tests.fakes.cache import MemoryCache

NAME = "groq:k"


class World:
    def __init__(self) -> None:
        self.now = 0.0
        self.cache = MemoryCache(clock=lambda: self.now)
        self.breakers = Breakers(self.cache)

    def lets_through(self) -> bool:
        return asyncio.run(self.breakers.lets_through(NAME))

    def fail(self, times: int = 1, **rest: float) -> None:
        for _ in range(times):
            asyncio.run(self.breakers.failed(NAME, **rest))

    def answer(self) -> None:
        asyncio.run(self.breakers.answered(NAME))
        self.now += 0.01


def test_it_opens_at_the_threshold_only() -> None:
    world = World()
    world.fail(THRESHOLD - 1)
    assert world.lets_through()
    world.fail()
    assert not world.lets_through()


def test_an_answer_in_between_starts_the_count_anew() -> None:
    world = World()
    world.fail(THRESHOLD - 1)
    world.answer()
    world.fail(THRESHOLD - 1)
    assert world.lets_through()


def test_old_faults_do_not_count() -> None:
    world = World()
    world.fail(THRESHOLD - 1)
    world.now += WINDOW_S + 1
    world.fail()
    assert world.lets_through()


def test_after_the_rest_one_call_tries() -> None:
    world = World()
    world.fail(THRESHOLD)
    world.now += REST_S + 0.1
    assert [world.lets_through() for _ in range(3)] == [True, False, False]
    world.answer()
    assert [world.lets_through() for _ in range(3)] == [True, True, True]


def test_a_try_that_fails_opens_it_again() -> None:
    world = World()
    world.fail(THRESHOLD)
    world.now += REST_S + 0.1
    assert world.lets_through()
    world.fail()
    world.now += PROBE_S + 0.1
    assert not world.lets_through()


def test_a_try_that_is_lost_is_followed_by_another() -> None:
    world = World()
    world.fail(THRESHOLD)
    world.now += REST_S + 0.1
    assert [world.lets_through(), world.lets_through()] == [True, False]
    world.now += PROBE_S + 0.1
    assert world.lets_through()


def test_a_provider_may_say_how_long_it_wants_to_rest() -> None:
    world = World()
    world.fail(rest_s=100.0)
    world.now += 99
    assert not world.lets_through()
    world.now += 2
    assert world.lets_through()


def test_another_key_goes_on() -> None:
    world = World()
    world.fail(THRESHOLD)
    assert asyncio.run(world.breakers.lets_through("groq:other"))
