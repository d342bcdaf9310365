"""The lines that Lambda itself writes into a function's log.

https://docs.aws.amazon.com/lambda/latest/dg/python-logging.html and
https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html (INIT_REPORT)
"""

import math
from dataclasses import dataclass
from datetime import UTC, datetime


@dataclass(frozen=True, slots=True)
class Report:
    """Figures of one invocation. init_ms: only for the first of its environment; memory in MB."""

    request_id: str
    version: str
    duration_ms: float
    memory_size: int
    max_memory: int
    init_ms: float | None = None

    def text(self, before: str, output: str, last_line: str = "") -> str:
        """The log of the invocation: `before` is what the process wrote earlier, `output` what it wrote meanwhile."""
        init = f"Init Duration: {self.init_ms:.2f} ms\t" if self.init_ms is not None else ""
        return "".join(
            (
                ended_line(before),
                f"START RequestId: {self.request_id} Version: {self.version}\n",
                ended_line(output),
                ended_line(last_line),
                f"END RequestId: {self.request_id}\n",
                f"REPORT RequestId: {self.request_id}\tDuration: {self.duration_ms:.2f} ms\t"
                f"Billed Duration: {math.ceil(self.duration_ms)} ms\tMemory Size: {self.memory_size} MB\t"
                f"Max Memory Used: {self.max_memory} MB\t{init}\n",
            )
        )


def init_report(duration_ms: float, error_type: str) -> str:
    """The line about an initialisation that failed."""
    status = "timeout" if error_type == "Sandbox.Timedout" else "error"
    return f"INIT_REPORT Init Duration: {duration_ms:.2f} ms\tPhase: init\tStatus: {status}\tError Type: {error_type}\n"


def timeout_line(request_id: str, timeout_s: float) -> str:
    now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3]
    return f"{now}Z {request_id} Task timed out after {timeout_s:.2f} seconds\n"


def ended_line(text: str) -> str:
    return text if not text or text.endswith("\n") else f"{text}\n"
