"""The edge of every event handler: one event loop for the environment's life, fields on the log, nothing swallowed."""

import asyncio
import functools
from collections.abc import Callable, Coroutine
from typing import Any

from docqa.observability import EventLog

log = EventLog()
_runner: asyncio.Runner | None = None

Handler = Callable[[dict[str, Any]], Coroutine[Any, Any, dict[str, Any]]]


def entrypoint(handler: Handler) -> Callable[[dict[str, Any], Any], dict[str, Any]]:
    """Make an async handler a Lambda handler.

    The loop outlives the invocation, so that pooled database connections do too. An error is logged with its stack and
    raised on: Lambda reports its class name as `errorType`, which Step Functions matches.
    """

    @functools.wraps(handler)
    def invoke(event: dict[str, Any], context: Any) -> dict[str, Any]:
        log.clear()
        log.bind(request_id=getattr(context, "aws_request_id", None), **_subject(event))
        try:
            with log.timed("invocation_done", handler=handler.__module__):
                return _loop().run(handler(event))
        except Exception as error:
            log.exception("invocation_failed", handler=handler.__module__, error=type(error).__name__)
            raise

    return invoke


def _loop() -> asyncio.Runner:
    global _runner
    if _runner is None:
        _runner = asyncio.Runner()
    return _runner


def _subject(event: dict[str, Any]) -> dict[str, Any]:
    """What the invocation is about, for the log: ids only."""
    job = event.get("job")
    if isinstance(job, dict):
        return {"document_id": job["key"]["document_id"], "version": job["key"]["version"]}
    return {"key": event["key"]} if isinstance(event.get("key"), str) else {}
