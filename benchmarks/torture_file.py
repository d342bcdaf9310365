"""One file on the way that every upload takes: name, content, plan, ranges, passages; and what comes of it."""

import asyncio
import json
import logging
import math
import os
import re
import signal
import time
import traceback
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from docqa.chunking.registry import chunker_for
from docqa.core.errors import DocQAError, DocumentRejected, TooComplex, UnsupportedType, UploadRejected
from docqa.core.models import Block, BlockKind, DocumentPlan, DocumentWarning, Format, IngestOptions, ParsedRange
from docqa.parsing.sandbox import Sandbox, SandboxedParser, SandboxLimits
from tests.fakes.embedding import HashingEmbedder
from tests.fakes.tokens import BitTokens

MAX_PAGES = 2_000
CHUNK_SECONDS = 60
"""Of processor time, for all passages of a file."""
_FRAME = re.compile(r'File "[^"]*?(docqa/[^"]+)", line (\d+), in (\S+)')
_ANY_FRAME = re.compile(r'File "[^"]+", line \d+, in \S+')
_OPTIONS = IngestOptions()
_LIMITS = SandboxLimits(
    plan_seconds=20, range_seconds=30, lone_page_seconds=10, all_pages_seconds=60, unpaged_seconds=30
)
"""Tighter than the platform's, so that a run comes to an end."""


@dataclass
class Outcome:
    """`kind`: read, refused, or bug (nothing typed came of it, or what came is malformed).

    `code`: the error's code, or what is wrong. `contained`: what the sandbox kept from the platform (time, memory,
    crash). `own`: exceptions that came from our own code and only the net around foreign libraries caught.
    """

    kind: str
    code: str
    seconds: float = 0.0
    peak_bytes: int = 0
    warnings: list[str] = field(default_factory=list)
    contained: list[str] = field(default_factory=list)
    own: list[str] = field(default_factory=list)
    detail: str = ""


class Bug(Exception):
    """What came back is not what the contract says."""


class _Watch(logging.Handler):
    """What the sandbox says of each task."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.peak = 0

    def emit(self, record: logging.LogRecord) -> None:
        self.peak = max(self.peak, getattr(record, "peak_bytes", 0) or 0)


class Road:
    """The way itself; raises what stops a file on it, Bug among others."""

    def __init__(self) -> None:
        self._sandbox = Sandbox(_LIMITS)
        self._chunker = chunker_for(_OPTIONS.strategy, tokens=BitTokens(), embed=HashingEmbedder().embed_passages)

    def go(self, path: Path, warnings: list[str]) -> int:
        """How many passages come of a file; codes of warnings go to the list."""
        format = Format.of_filename(path.name)
        if format is None:
            raise UnsupportedType
        self._sandbox.check(path, format)
        parser = SandboxedParser(format, self._sandbox)
        plan = parser.plan(path, max_pages=MAX_PAGES)
        warnings.extend(one.code for one in plan.warnings)
        blocks: list[Block] = []
        for pages in plan.ranges:
            parsed = parser.parse(path, pages)
            warnings.extend(map(_code, parsed.warnings))
            check_blocks(plan, parsed)
            blocks.extend(block for block in parsed.blocks if block.hidden is None)
        return self._passages(blocks)

    def close(self) -> None:
        self._sandbox.close()

    def _passages(self, blocks: Sequence[Block]) -> int:
        async def all_blocks() -> AsyncIterator[Block]:
            for block in blocks:
                yield block

        async def count() -> int:
            number = 0
            async for chunk in self._chunker.chunk(all_blocks(), _OPTIONS):
                if chunk.ordinal != number or not chunk.text.strip():
                    raise Bug(f"chunk {number}: {chunk!r:.500}")
                number += 1
            return number

        before = signal.signal(signal.SIGPROF, _late)
        signal.setitimer(signal.ITIMER_PROF, CHUNK_SECONDS)
        try:
            return asyncio.run(count())
        finally:
            signal.setitimer(signal.ITIMER_PROF, 0)
            signal.signal(signal.SIGPROF, before)


def _code(told: DocumentWarning) -> str:
    return f"{told.code}:{told.detail}" if told.code == "page_unreadable" else told.code


class Bench:
    """A worker process: a road of its own, and what is printed on the way kept to be looked into."""

    def __init__(self, log: Path) -> None:
        self._log = log
        log.touch()
        os.dup2(os.open(log, os.O_WRONLY | os.O_APPEND), 2)
        self._road = Road()
        self._watch = _Watch()
        logger = logging.getLogger("docqa.parsing.sandbox")
        logger.setLevel(logging.DEBUG)
        logger.addHandler(self._watch)
        logger.propagate = False

    def outcome(self, path: Path) -> Outcome:
        """What becomes of one file. Never raises."""
        self._watch.peak = 0
        told_before = self._log.stat().st_size
        warnings: list[str] = []
        start = time.monotonic()
        try:
            passages = self._road.go(path, warnings)
            found = Outcome("read", "read" if passages else "read, but no text")
        except Bug as error:
            found = Outcome("bug", "malformed", detail=str(error))
        except (DocumentRejected, UploadRejected) as error:
            found = Outcome("refused", error.code)
        except DocQAError as error:
            found = Outcome("bug", error.code, detail=error.message)
        except Exception as error:  # noqa: BLE001  # a bug is what is looked for
            found = Outcome("bug", type(error).__name__, detail=traceback.format_exc())
        told = self._log.read_bytes()[told_before:].decode("utf-8", "replace")
        found.seconds, found.peak_bytes, found.warnings = time.monotonic() - start, self._watch.peak, warnings
        found.own = sorted(set(_of_ours(told)))
        if TooComplex.code in (found.code, *(one.partition(":")[2] for one in warnings)):
            found.contained = [TooComplex.code]
        if found.kind == "bug" and not found.detail.startswith("Traceback"):
            found.detail += "\n" + told[-4000:]
        return found


def _late(*_: object) -> None:
    raise TimeoutError("chunking took longer than allowed")


def check_blocks(plan: DocumentPlan, parsed: ParsedRange) -> None:
    """Raises Bug for what no later stage, and no store, may be given."""
    for number, block in enumerate(parsed.blocks):
        wrong = next(_wrong(plan, block), None)
        if wrong:
            raise Bug(f"block {number} of range {parsed.index}: {wrong}: {block!r:.500}")


def _wrong(plan: DocumentPlan, block: Block) -> Iterator[str]:
    if not block.text or block.text != block.text.strip():
        yield "not stripped, or empty"
    if "\n" in block.text and block.kind not in (BlockKind.TABLE, BlockKind.CODE):
        yield "several lines"
    if "\x00" in block.text or any("\ud800" <= char <= "\udfff" for char in block.text):
        yield "characters that no database takes"
    if (block.level is None) == (block.kind is BlockKind.HEADING) or (block.level or 1) < 1:
        yield "level"
    if (block.row is None and block.kind is BlockKind.ROW) or (block.row or 1) < 1:
        yield "row"
    boxes = [*block.boxes, *(span.box for span in block.spans)]
    if any(
        not all(map(math.isfinite, (box.x0, box.y0, box.x1, box.y1))) or box.x0 > box.x1 or box.y0 > box.y1
        for box in boxes
    ):
        yield "box"
    stretches = [(span.start, span.end) for span in block.spans] + [(link.start, link.end) for link in block.links]
    if any(not 0 <= start <= end <= len(block.text) for start, end in stretches):
        yield "span"
    if plan.page_count is not None and not 1 <= (block.page or 0) <= plan.page_count:
        yield "page"


def _of_ours(told: str) -> Iterator[str]:
    """Exceptions in a log whose innermost frame is ours: "docqa/parsing/pdf.py:12 in f: IndexError: ..."."""
    for part in told.split("Traceback (most recent call last):")[1:]:
        frames = list(_ANY_FRAME.finditer(part))
        lines = part.splitlines()
        last = next((line for line in lines if line and not line.startswith(" ")), "")
        ours = _FRAME.fullmatch(frames[-1].group()) if frames else None
        if ours and not last.startswith(("docqa.core.errors", "MemoryError", "KeyboardInterrupt")):
            yield f"{ours.group(1)}:{ours.group(2)} in {ours.group(3)}: {last[:120]}"


def as_json(outcome: Outcome, **more: Any) -> str:
    return json.dumps({**more, **outcome.__dict__}, ensure_ascii=False)
