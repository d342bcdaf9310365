"""Running environments of the runtime, and what they print."""

import json
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from lambda_runtime_api import TIMEOUT


class Process:
    """A running environment. `end` and `output` may be called once."""

    def __init__(self, popen: "subprocess.Popen[str]") -> None:
        self.popen = popen

    def end(self) -> str:
        """SIGTERM, as Lambda's shutdown phase; what it printed."""
        self.popen.terminate()
        return self.output()

    def output(self) -> str:
        """Wait for the process to end by itself; what it printed."""
        out, _ = self.popen.communicate(timeout=TIMEOUT)
        return out

    @property
    def status(self) -> int | None:
        return self.popen.returncode


def log_events(output: str) -> list[dict[str, Any]]:
    """The runtime's own log lines among the output."""
    lines = [json.loads(line) for line in output.splitlines() if line.startswith("{")]
    return [line for line in lines if "event" in line]


def settled(progress: Path) -> int:
    """The count once it has stopped moving (or has reached the end)."""
    last, same = -1, 0
    for _ in range(600):
        time.sleep(0.05)
        text = progress.read_text() if progress.exists() else ""
        count = int(text or 0)
        same = same + 1 if count == last and count > 0 else 0
        last = count
        if same >= 10:
            return count
    raise AssertionError("the application did not come to rest")


Start = Callable[..., Process]
"""start(handler, **environment) → Process: the fixture of that name."""
