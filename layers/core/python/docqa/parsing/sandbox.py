"""Reading files of unknown origin in a process of its own, with limits on time and memory.

`SandboxedParser` is a `Parser` like those it stands before. Where pages of a paged format break their reader, the
other pages are read without them, and they are named in a warning whose `detail` is the error's code.
"""

import json
import logging
import os
import select
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, cast

from docqa.core.errors import CorruptFile, DocQAError, DocumentRejected, ProcessingFailed, TooComplex, error_by_name
from docqa.core.models import DocumentPlan, Format, PageRange, ParsedRange
from docqa.core.noticed import combined, warning
from docqa.parsing.sandbox_worker import DONE, OUT_OF_MEMORY, REFUSED

_log = logging.getLogger(__name__)
_PAGED = (Format.PDF, Format.PPTX)
_PASSED_ON = ("PATH", "LD_LIBRARY_PATH", "LANG", "LC_ALL", "TMPDIR", "OPENBLAS_CORETYPE")
_OURS = "DOCQA_TESSDATA"
_GRACE_S = 30.0


@dataclass(frozen=True, kw_only=True)
class SandboxLimits:
    """What one file may take. All that can happen to one range stays below the function's timeout of five minutes."""

    memory_bytes: int = 1 << 30
    check_seconds: float = 20.0
    plan_seconds: float = 100.0
    range_seconds: float = 60.0
    """For a range of a paged format, which can be read page by page when it takes longer."""
    lone_page_seconds: float = 20.0
    all_pages_seconds: float = 120.0
    unpaged_seconds: float = 240.0


class Sandbox:
    """The worker process of one Lambda environment; started on first use, and again when it has gone."""

    def __init__(self, limits: SandboxLimits | None = None) -> None:
        self.limits = limits or SandboxLimits()
        self._process: subprocess.Popen[str] | None = None

    def start(self) -> None:
        """Start the worker without waiting for it, so that it is there when the first file is."""
        if self._process is None or self._process.poll() is not None:
            # Files are read without our credentials: the environment is named, not inherited.
            kept = {name: os.environ[name] for name in (*_PASSED_ON, _OURS) if name in os.environ}
            self._process = subprocess.Popen(
                [sys.executable, "-m", "docqa.parsing.sandbox_worker"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
                encoding="utf-8",
                env={**kept, "PYTHONPATH": os.pathsep.join(filter(None, sys.path)), "OMP_THREAD_LIMIT": "1"},
            )

    def close(self) -> None:
        """End the worker."""
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            with process:
                pass

    def version(self, format: Format) -> str:
        """The version of a format's parser, without importing it here."""
        return str(self._ask({"do": "version", "format": format.value}, self.limits.check_seconds)["version"])

    def check(self, path: Path, declared: Format) -> None:
        """`sniff.check`, confined."""
        self.run("check", declared, self.limits.check_seconds, path=str(path))

    def run(self, do: str, format: Format, seconds: float, **arguments: Any) -> str:
        """The task's result as JSON. Raises what the parser raised; TooComplex, CorruptFile, ProcessingFailed."""
        with tempfile.TemporaryDirectory(prefix="docqa-read-") as folder:
            result = Path(folder) / "result.json"
            task = {"do": do, "format": format.value, **arguments, "result": str(result)}
            answer = self._ask({**task, "seconds": seconds, "memory_bytes": self.limits.memory_bytes}, seconds)
            _log.debug("file_read", extra={"do": do, **{name: answer[name] for name in ("seconds", "peak_bytes")}})
            _raise_unless_done(answer, result)
            return result.read_text(encoding="utf-8")

    def _ask(self, task: dict[str, Any], seconds: float) -> dict[str, Any]:
        self.start()
        process = cast("subprocess.Popen[str]", self._process)
        try:
            line = _exchange(process, json.dumps(task) + "\n", seconds + _GRACE_S)
        except OSError as error:
            self.close()
            raise ProcessingFailed("The process that reads files has gone. A retry starts it anew.") from error
        if not line:
            self.close()
            raise ProcessingFailed("The process that reads files does not answer. A retry starts it anew.")
        return cast("dict[str, Any]", json.loads(line))


def _exchange(process: "subprocess.Popen[str]", line: str, timeout_s: float) -> str:
    """The answer to one line, "" if none comes in time."""
    writer, reader = cast("IO[str]", process.stdin), cast("IO[str]", process.stdout)
    writer.write(line)
    writer.flush()
    ready, _, _ = select.select([reader], [], [], timeout_s)
    return reader.readline() if ready else ""


def _raise_unless_done(answer: dict[str, Any], result: Path) -> None:
    if answer["exit"] == DONE:
        return
    if answer["exit"] == REFUSED:
        told = json.loads(result.read_text(encoding="utf-8"))
        cls: type[DocQAError] = error_by_name(told["error"]) or ProcessingFailed
        raise cls(told["message"])
    if answer["late"] or answer["exit"] == OUT_OF_MEMORY or answer["signal"] in (signal.SIGXCPU, signal.SIGKILL):
        raise TooComplex
    if answer["signal"] is not None:
        raise CorruptFile("The file is broken in a way that no reader gets past.")
    raise ProcessingFailed


class SandboxedParser:
    """`Parser` of one format whose work is done in the sandbox."""

    def __init__(self, format: Format, sandbox: Sandbox) -> None:
        self._format = format
        self._sandbox = sandbox

    @property
    def format(self) -> Format:
        return self._format

    @property
    def version(self) -> str:
        return self._sandbox.version(self._format)

    def plan(self, path: Path, *, max_pages: int) -> DocumentPlan:
        """Raises what the format's parser raises, and TooComplex."""
        seconds = self._sandbox.limits.plan_seconds
        told = self._sandbox.run("plan", self._format, seconds, path=str(path), max_pages=max_pages)
        return DocumentPlan.model_validate_json(told)

    def parse(self, path: Path, pages: PageRange) -> ParsedRange:
        """Raises what the format's parser raises, and TooComplex; pages that break their reader are skipped instead."""
        limits = self._sandbox.limits
        if self._format not in _PAGED:
            return self._parsed(path, pages, limits.unpaged_seconds)
        try:
            return self._parsed(path, pages, limits.range_seconds)
        except (TooComplex, CorruptFile) as error:
            _log.warning("range_unreadable", extra={"first": pages.first, "last": pages.last, "error": error.code})
            return self._without_broken_pages(path, pages, error)

    def _parsed(self, path: Path, pages: PageRange, seconds: float) -> ParsedRange:
        told = self._sandbox.run("parse", self._format, seconds, path=str(path), pages=pages.model_dump())
        return ParsedRange.model_validate_json(told)

    def _without_broken_pages(self, path: Path, pages: PageRange, reason: DocumentRejected) -> ParsedRange:
        numbers = range(pages.first, pages.last + 1)
        broken = self._broken(path, pages) if len(numbers) > 1 else {pages.first: reason}
        warnings = [warning("page_unreadable", detail=error.code, pages=[n]) for n, error in broken.items()]
        read = ParsedRange(index=pages.index, blocks=())
        if len(broken) < len(numbers):
            try:
                rest = pages.model_copy(update={"skip": tuple(broken)})
                read = self._parsed(path, rest, self._sandbox.limits.range_seconds)
            except (TooComplex, CorruptFile) as error:  # each can be read, but not together
                others = [n for n in numbers if n not in broken]
                warnings.append(warning("page_unreadable", detail=error.code, count=len(others), pages=others))
        return read.model_copy(update={"warnings": combined([*read.warnings, *warnings])})

    def _broken(self, path: Path, pages: PageRange) -> dict[int, DocumentRejected]:
        """The pages that cannot be read alone, found in bounded time; those it does not suffice for count as broken."""
        limits = self._sandbox.limits
        deadline = time.monotonic() + limits.all_pages_seconds
        numbers = range(pages.first, pages.last + 1)
        broken: dict[int, DocumentRejected] = {}
        for number in numbers:
            others = tuple(other for other in numbers if other != number)
            alone = pages.model_copy(update={"first": number, "last": number, "skip": others})
            seconds = min(limits.lone_page_seconds, deadline - time.monotonic())
            try:
                if seconds <= 0:
                    raise TooComplex
                self._parsed(path, alone, seconds)
            except (TooComplex, CorruptFile) as error:
                broken[number] = error
        return broken


def sandboxed(sandbox: Sandbox) -> Callable[[Format], SandboxedParser]:
    """`registry.parser_for` whose parsers work in the sandbox."""
    return lambda format: SandboxedParser(format, sandbox)
