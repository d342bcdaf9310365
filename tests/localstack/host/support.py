"""What the tests of the host share."""

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from docqa_localstack.host import processes, state
from docqa_localstack.host.paths import StackPaths
from docqa_localstack.host.processes import ProcessId
from docqa_localstack.host.report import Step


class _Step:
    def detail(self, text: str) -> None:
        """Not kept."""

    def progress(self, done: int, total: int) -> None:
        """Not kept."""


@dataclass
class Recorder:
    """A reporter that keeps what it was told."""

    notes: list[str] = field(default_factory=list)
    steps: list[str] = field(default_factory=list)

    @contextmanager
    def step(self, title: str) -> Iterator[Step]:
        self.steps.append(title)
        yield _Step()

    def note(self, sentence: str) -> None:
        self.notes.append(sentence)


def running(stack: StackPaths) -> dict[str, ProcessId]:
    """The processes of the parts that run now, by name."""
    records = state.load(stack).services
    return {name: record.process for name, record in records.items() if processes.is_running(record.process)}  # type: ignore[misc]


@contextmanager
def process(*command: str, environ: Mapping[str, str] | None = None, cwd: Path | None = None) -> Iterator[ProcessId]:
    """A process of somebody else, ended at the end."""
    child = subprocess.Popen(
        command or (sys.executable, "-c", "import time; time.sleep(600)"),
        env={**os.environ, **(environ or {})},
        cwd=cwd,
        start_new_session=True,
    )
    try:
        found = processes.identify(child.pid)
        assert found is not None
        yield found
    finally:
        child.kill()
        child.wait()
