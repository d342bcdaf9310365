"""Events of the runtime itself: one JSON line each, on stdout, where Lambda collects logs."""

import json
import sys
from datetime import UTC, datetime
from typing import Any, Literal

from streaming_runtime.errors import ErrorReport

Level = Literal["INFO", "WARN", "ERROR"]


def event(level: Level, name: str, *, request_id: str | None = None, **fields: Any) -> None:
    """Write one line; fields that are None are left out. Keys follow Lambda's own JSON log format."""
    now = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    line = {"timestamp": now, "level": level, "event": name, "requestId": request_id, **fields}
    text = json.dumps({key: value for key, value in line.items() if value is not None}, default=str)
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def failure(name: str, report: ErrorReport, *, request_id: str | None = None, level: Level = "ERROR") -> None:
    """Write an error with its type, message and stack."""
    event(
        level,
        name,
        request_id=request_id,
        errorType=report.type,
        errorMessage=report.message,
        stackTrace=list(report.stack),
    )
