"""Keeps calls away from a server that does not answer, or answers too slowly to be of use."""

import time
from collections.abc import Callable

FIRST_PAUSE_S = 5.0
LONGEST_PAUSE_S = 60.0
SLOW_S = 0.03
"""An answer that takes longer is slow: a search over a small tenant is done by then."""
SLOW_IN_A_ROW = 5


class Circuit:
    """Lets nothing through for 5 s after a failure, doubling to 60 s; then one call may try before the others do."""

    def __init__(self, *, clock: Callable[[], float] = time.monotonic, slow_s: float = SLOW_S) -> None:
        self._clock = clock
        self._slow_s = slow_s
        self._open = False
        self._failures = 0
        self._slow = 0
        self._last_slow = 0.0
        self._until = 0.0

    def lets_through(self) -> bool:
        """Whether a call may be made; who asks and hears yes makes one."""
        if not self._open:
            return True
        now = self._clock()
        if now < self._until:
            return False
        self._until = now + FIRST_PAUSE_S
        return True

    def failed(self) -> None:
        self._open = True
        self._until = self._clock() + min(LONGEST_PAUSE_S, FIRST_PAUSE_S * 2**self._failures)
        self._failures = min(self._failures + 1, 8)

    def answered(self, took_s: float) -> None:
        """Slow answers one after the other are a failure; those to calls made side by side count as one."""
        self._open = False
        now = self._clock()
        if took_s <= self._slow_s:
            self._slow = self._failures = 0
        elif now - took_s >= self._last_slow:
            self._slow, self._last_slow = self._slow + 1, now
            if self._slow >= SLOW_IN_A_ROW:
                self._slow = SLOW_IN_A_ROW - 1  # one more is enough the next time
                self.failed()
