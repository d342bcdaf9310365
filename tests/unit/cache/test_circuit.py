"""When calls are let through to a cache."""

import pytest

from docqa.cache.circuit import FIRST_PAUSE_S, LONGEST_PAUSE_S, SLOW_IN_A_ROW, SLOW_S, Circuit


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def circuit(clock: Clock) -> Circuit:
    return Circuit(clock=clock)


def pause(circuit: Circuit, clock: Clock) -> float:
    """Seconds until a call is let through."""
    start = clock.now
    while not circuit.lets_through():
        clock.now += 0.5
    return clock.now - start


def test_pauses_grow_to_a_minute_and_start_anew_after_an_answer(circuit: Circuit, clock: Clock) -> None:
    pauses = []
    for _ in range(6):
        circuit.failed()
        pauses.append(pause(circuit, clock))
    assert pauses == [5, 10, 20, 40, LONGEST_PAUSE_S, LONGEST_PAUSE_S]
    circuit.answered(0.001)
    assert circuit.lets_through()
    circuit.failed()
    assert pause(circuit, clock) == FIRST_PAUSE_S


def test_after_a_pause_one_tries_and_the_others_wait_for_it(circuit: Circuit, clock: Clock) -> None:
    circuit.failed()
    clock.now += FIRST_PAUSE_S
    assert [circuit.lets_through() for _ in range(4)] == [True, False, False, False]
    circuit.answered(0.001)
    assert [circuit.lets_through() for _ in range(4)] == [True] * 4


def test_who_tried_and_was_never_heard_of_again_does_not_close_it_for_ever(circuit: Circuit, clock: Clock) -> None:
    circuit.failed()
    clock.now += FIRST_PAUSE_S
    assert circuit.lets_through()
    assert pause(circuit, clock) == FIRST_PAUSE_S


def slow(circuit: Circuit, clock: Clock) -> None:
    clock.now += 2 * SLOW_S
    circuit.answered(2 * SLOW_S)


def test_slow_answers_in_a_row_are_a_failure_and_then_each_one_is(circuit: Circuit, clock: Clock) -> None:
    for _ in range(SLOW_IN_A_ROW):
        assert circuit.lets_through()
        slow(circuit, clock)
    assert pause(circuit, clock) == FIRST_PAUSE_S
    slow(circuit, clock)
    assert pause(circuit, clock) == 2 * FIRST_PAUSE_S


def test_a_quick_answer_between_slow_ones_forgives_them(circuit: Circuit, clock: Clock) -> None:
    for _ in range(3):
        for _ in range(SLOW_IN_A_ROW - 1):
            slow(circuit, clock)
        circuit.answered(0.001)
    assert circuit.lets_through()


def test_slow_answers_side_by_side_are_one(circuit: Circuit, clock: Clock) -> None:
    """Twenty calls that waited for one busy moment of our own."""
    clock.now += 2 * SLOW_S
    for _ in range(20):
        circuit.answered(2 * SLOW_S)
    assert circuit.lets_through()
