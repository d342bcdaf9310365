"""Progress for people: steps that run, one line each. Goes to standard error, so that --json stays clean."""

import sys
import threading
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Protocol

from rich.console import Console, RenderableType
from rich.progress import Progress, ProgressColumn, SpinnerColumn, Task, TextColumn
from rich.text import Text


class Step(Protocol):
    """One step under way."""

    def detail(self, text: str) -> None:
        """What it does right now; when it ends, the last detail stays as what it did."""

    def progress(self, done: int, total: int) -> None:
        """How far it is, in things of its own."""


class Reporter(Protocol):
    """Shows steps; they may run side by side."""

    def step(self, title: str) -> AbstractContextManager[Step]:
        """A step, from entering to leaving; leaving by an exception marks it as failed."""

    def note(self, sentence: str) -> None:
        """Something to know, kept above the steps."""


class _PlainStep:
    def __init__(self) -> None:
        self.last = ""

    def detail(self, text: str) -> None:
        self.last = text

    def progress(self, done: int, total: int) -> None:
        self.last = f"{done} of {total}"


class PlainReporter:
    """One line when a step starts and one when it ends: for files, pipes and continuous integration."""

    def __init__(self) -> None:
        self._lock = threading.Lock()

    @contextmanager
    def step(self, title: str) -> Iterator[Step]:
        started, step = time.monotonic(), _PlainStep()
        self.note(f"... {title}")
        try:
            yield step
        except BaseException:
            self.note(f"!!! {title} failed after {time.monotonic() - started:.1f} s")
            raise
        self.note(f"ok  {title} ({time.monotonic() - started:.1f} s){f': {step.last}' if step.last else ''}")

    def note(self, sentence: str) -> None:
        with self._lock:
            print(sentence, file=sys.stderr, flush=True)


class _Mark(SpinnerColumn):
    """A spinner while it runs, then a tick or a cross."""

    def render(self, task: Task) -> RenderableType:
        mark = task.fields["mark"]
        return Text(mark, style="green" if mark == "✓" else "red") if mark else super().render(task)


class _Seconds(ProgressColumn):
    def render(self, task: Task) -> Text:
        return Text(f"{task.finished_time or task.elapsed or 0:6.1f} s", style="dim")


class _RichStep:
    def __init__(self, progress: Progress, title: str) -> None:
        self._progress = progress
        self._task = progress.add_task(title, total=None, mark="", detail="")

    def detail(self, text: str) -> None:
        self._progress.update(self._task, detail=" ".join(text.split())[:100])

    def progress(self, done: int, total: int) -> None:
        filled = round(20 * done / total) if total else 0
        self._progress.update(self._task, detail=f"{'━' * filled}{'╌' * (20 - filled)} {done} of {total}")

    def end(self, mark: str) -> None:
        self._progress.update(self._task, mark=mark, total=1, completed=1)
        self._progress.stop_task(self._task)


class RichReporter:
    """A live list of steps on a terminal. Use it as a context manager."""

    def __init__(self, console: Console | None = None) -> None:
        columns = (_Mark(), TextColumn("{task.description}"), _Seconds(), TextColumn("[dim]{task.fields[detail]}"))
        self._progress = Progress(*columns, console=console or Console(stderr=True), refresh_per_second=8)

    def __enter__(self) -> "RichReporter":
        self._progress.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._progress.stop()

    @contextmanager
    def step(self, title: str) -> Iterator[Step]:
        step = _RichStep(self._progress, title)
        try:
            yield step
        except BaseException:
            step.end("✗")
            raise
        step.end("✓")

    def note(self, sentence: str) -> None:
        self._progress.console.print(sentence, style="yellow", highlight=False)


@contextmanager
def reporter() -> Iterator[Reporter]:
    """A live display on a terminal, plain lines elsewhere."""
    if sys.stderr.isatty():
        with RichReporter() as rich:
            yield rich
    else:
        yield PlainReporter()
