"""Things to be done again later, on a few threads of their own."""

import heapq
import itertools
import logging
import random
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Final

LOG = logging.getLogger(__name__)

FIRST_DELAY_S: Final = 0.5
LONGEST_DELAY_S: Final = 60.0
WORKERS: Final = 4


def backoff_s(attempt: int) -> float:
    """Seconds before retry number `attempt` (from 1): doubling, with jitter between a half and the whole."""
    whole = min(LONGEST_DELAY_S, FIRST_DELAY_S * 2.0 ** min(attempt - 1, 16))
    return whole * random.uniform(0.5, 1.0)  # noqa: S311 - it spreads load and keeps no secret


class Later:
    """Calls functions after a delay. One thread waits, `WORKERS` threads work, all end with the process."""

    def __init__(self) -> None:
        self._due: list[tuple[float, int, Callable[[], None]]] = []
        self._numbers = itertools.count()
        self._changed = threading.Condition()
        self._started = False

    def call(self, delay_s: float, function: Callable[[], None]) -> None:
        """Call `function` in `delay_s` seconds. Its errors are logged."""
        with self._changed:
            heapq.heappush(self._due, (time.monotonic() + delay_s, next(self._numbers), function))
            self._changed.notify()
            if not self._started:
                self._started = True
                threading.Thread(target=self._run, name="docqa-later", daemon=True).start()

    def _run(self) -> None:
        workers = ThreadPoolExecutor(WORKERS, thread_name_prefix="docqa-later")
        while True:
            with self._changed:
                while not self._due or self._due[0][0] > time.monotonic():
                    self._changed.wait(self._due[0][0] - time.monotonic() if self._due else None)
                function = heapq.heappop(self._due)[2]
            try:
                workers.submit(self._guarded, function)
            except RuntimeError:  # the interpreter is ending and takes no more work
                return

    @staticmethod
    def _guarded(function: Callable[[], None]) -> None:
        try:
            function()
        except Exception:
            LOG.exception("a delayed call failed")


LATER: Final = Later()
