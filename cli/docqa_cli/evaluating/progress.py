"""How far an evaluation is: bars on standard error, or nothing."""

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from typing import Any

from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

from docqa_cli import show
from docqa_cli.uploads import Watcher


class Steps:
    """Uploads, then one bar a variant. `tick` is called from any thread."""

    def __init__(self, *, quiet: bool) -> None:
        self._quiet = quiet
        self._progress: Progress | None = None
        self._task: TaskID | None = None

    @contextmanager
    def uploading(self) -> Iterator[Watcher]:
        """What follows the uploads meanwhile."""
        watch: Any = nullcontext(lambda upload: None) if self._quiet else show.UploadProgress()
        with watch as watcher:
            yield watcher

    @contextmanager
    def asking(self, what: str, count: int) -> Iterator[None]:
        """Counts ticks meanwhile."""
        if self._quiet:
            yield
            return
        columns = (TextColumn("{task.description}"), BarColumn(bar_width=24), MofNCompleteColumn(), TimeElapsedColumn())
        with Progress(*columns, console=show.err) as self._progress:
            self._task = self._progress.add_task(escape(what), total=count)
            yield
        self._progress = self._task = None

    def tick(self) -> None:
        """One question more."""
        if self._progress is not None and self._task is not None:
            self._progress.advance(self._task)
