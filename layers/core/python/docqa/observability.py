"""Logs as events with fields: `log.info("document_parsed", pages=12, duration_ms=87)`. Never document content.

Counts for CloudWatch: `counts.add(SearchCacheHit=1)`.
"""

import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.metrics import EphemeralMetrics, MetricUnit

NAMESPACE = "DocQA"


class EventLog:
    """A thin, typed face of the Powertools logger: an event name and its fields, one JSON line."""

    def __init__(self, service: str | None = None) -> None:
        self._logger = Logger(service=service) if service else Logger()

    def bind(self, **fields: Any) -> None:
        """Fields that every later event of this invocation carries."""
        self._logger.append_keys(**fields)

    def clear(self) -> None:
        """Forget what an earlier invocation in this environment bound."""
        self._logger.clear_state()

    def info(self, event: str, **fields: Any) -> None:
        self._logger.info(event, extra=fields)

    def warning(self, event: str, **fields: Any) -> None:
        self._logger.warning(event, extra=fields)

    def error(self, event: str, **fields: Any) -> None:
        self._logger.error(event, extra=fields)

    def exception(self, event: str, **fields: Any) -> None:
        """With the stack trace of the error that is being handled."""
        self._logger.exception(event, extra=fields)

    @contextmanager
    def timed(self, event: str, **fields: Any) -> Iterator[dict[str, Any]]:
        """Log `event` with `duration_ms` when the block ends well; more fields may be put into the yielded dict."""
        more: dict[str, Any] = {}
        start = time.perf_counter()
        yield more
        self.info(event, **fields, **more, duration_ms=round((time.perf_counter() - start) * 1000, 1))


class Counts:
    """Counters and shares as CloudWatch reads them out of the log (embedded metric format): 0.05 ms a line, no call."""

    def __init__(self, service: str = "docqa") -> None:
        self._metrics = EphemeralMetrics(namespace=NAMESPACE, service=service)

    def add(self, **counts: int) -> None:
        """One line that says how often each thing happened; what did not is left out."""
        for name, value in counts.items():
            if value:
                self._metrics.add_metric(name=name, unit=MetricUnit.Count, value=value)
        self._metrics.flush_metrics()

    def share(self, name: str, values: Iterable[float]) -> None:
        """One line with shares (0..1) of one name; none without values."""
        found = list(values)
        for value in found:
            self._metrics.add_metric(name=name, unit=MetricUnit.NoUnit, value=value)
        if found:
            self._metrics.flush_metrics()
