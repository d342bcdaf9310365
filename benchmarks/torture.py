"""Every file below a folder, and damaged copies of each: `python -m benchmarks --torture FOLDER`.

A file must end as read or as refused with a code; anything else is a bug. Every damaged copy is made from a seed, its
path and a number; what was a bug is kept in `.docqa/torture/` with how it came about.
"""

import hashlib
import itertools
import json
import multiprocessing
import os
import shutil
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.figures import Grid, Section
from benchmarks.torture_file import Bench, Outcome, as_json
from benchmarks.torture_mutations import EXTENSIONS, mutated
from docqa_localstack.host.paths import Home

COMMAND = "python -m benchmarks --torture FOLDER"
MAX_MUTATED_BYTES = 6 << 20
_KEPT_A_KIND = 3
_LONG_S, _SELDOM = 4.0, 5
"""Of files that take longer than this, only every fifth copy is made, so that the others come to theirs."""

_bench: Bench | None = None


@dataclass(frozen=True)
class Task:
    """`number` 0 is the file itself, the others are damaged copies."""

    path: Path
    name: str
    number: int


@dataclass
class Tally:
    """What came of all tasks."""

    files: int = 0
    copies: int = 0
    codes: Counter[str] = field(default_factory=Counter)
    warnings: Counter[str] = field(default_factory=Counter)
    bugs: dict[str, list[str]] = field(default_factory=dict)
    own: dict[str, list[str]] = field(default_factory=dict)
    contained: list[str] = field(default_factory=list)
    slowest: list[tuple[float, str, str]] = field(default_factory=list)
    peak: tuple[int, str] = (0, "")
    long: set[str] = field(default_factory=set)


def measure(
    folder: Path, *, mutations: int = 20, seconds: float = 600.0, out: Path | None = None
) -> list[Section | Grid]:
    """All files first, then rounds of copies until every file has `mutations` of them or the time is up."""
    out = out or Home.find().root / "torture"
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir(parents=True)
    tally, deadline = Tally(), time.monotonic() + seconds
    workers = len(os.sched_getaffinity(0))
    with (
        ProcessPoolExecutor(workers, multiprocessing.get_context("spawn"), _begin, (out,)) as pool,
        (out / "outcomes.jsonl").open("w", encoding="utf-8") as log,
    ):
        running: dict[Future[Outcome], Task] = {}
        for task in tasks(folder, mutations):
            if task.number and time.monotonic() > deadline:
                break
            if task.number % _SELDOM and task.name in tally.long:
                continue
            running[pool.submit(_do, task)] = task
            while len(running) > 2 * workers:
                _take(running, tally, log.write, out)
        while running:
            _take(running, tally, log.write, out)
    for found in out.glob("stderr-*"):
        found.unlink()
    return report(tally)


def tasks(folder: Path, mutations: int) -> Iterator[Task]:
    """In rounds, so that a run that is cut short has met every file."""
    paths = sorted(path for path in folder.rglob("*") if path.is_file())
    for number in range(mutations + 1):
        for path in paths:
            if number == 0 or (path.suffix[1:].lower() in EXTENSIONS and path.stat().st_size <= MAX_MUTATED_BYTES):
                yield Task(path, str(path.relative_to(folder)), number)


def _begin(out: Path) -> None:
    global _bench
    _bench = Bench(out / f"stderr-{os.getpid()}")


def _do(task: Task) -> Outcome:
    assert _bench is not None
    if task.number == 0:
        return _bench.outcome(task.path)
    with tempfile.TemporaryDirectory() as folder:
        return _bench.outcome(copy_of(task, Path(folder)))


def copy_of(task: Task, folder: Path) -> Path:
    """The damaged copy that a task names, written below `folder`; the file itself for number 0."""
    mutant = mutated(task.path.read_bytes(), task.path.suffix[1:].lower(), f"{task.name}#{task.number}")
    path = folder / f"damaged.{mutant.suffix}"
    path.write_bytes(mutant.data)
    return path


def _take(running: "dict[Future[Outcome], Task]", tally: Tally, log: Callable[[str], object], out: Path) -> None:
    done, _ = wait(running, return_when=FIRST_COMPLETED)
    for future in done:
        task = running.pop(future)
        found = future.result()
        label = f"{task.name}#{task.number}"
        log(as_json(found, file=task.name, copy=task.number) + "\n")
        tally.files += task.number == 0
        if task.number == 0 and found.seconds > _LONG_S:
            tally.long.add(task.name)
        tally.copies += task.number > 0
        tally.codes[f"{found.kind}: {found.code}" if found.kind != "read" else found.code] += 1
        tally.warnings.update(set(found.warnings))
        tally.slowest = sorted([*tally.slowest, (found.seconds, label, found.code)], reverse=True)[:10]
        tally.peak = max(tally.peak, (found.peak_bytes, label))
        if found.contained:
            tally.contained.append(f"{label} ({found.seconds:.0f} s, {found.peak_bytes / 1e6:.0f} MB)")
            _keep(task, found, out / "contained")
        if found.kind == "bug":
            _note(tally.bugs, _kind(found), label, task, found, out / "bugs")
        for one in found.own:
            _note(tally.own, one.partition(": ")[0], f"{label}: {one.partition(': ')[2]}", task, found, out / "own")


def _kind(found: Outcome) -> str:
    last = [line for line in found.detail.strip().splitlines() if line.strip()]
    return f"{found.code}: {last[-1][:160] if last else ''}"


def _note(kinds: dict[str, list[str]], kind: str, label: str, task: Task, found: Outcome, folder: Path) -> None:
    if kind not in kinds:
        print(f"{folder.name}: {kind}  [{label}]", flush=True)
    kinds.setdefault(kind, []).append(label)
    if len(kinds[kind]) <= _KEPT_A_KIND:
        _keep(task, found, folder)


def _keep(task: Task, found: Outcome, folder: Path) -> None:
    """The bytes, and beside them how they came about."""
    folder.mkdir(exist_ok=True)
    data, suffix = task.path.read_bytes(), task.path.suffix[1:]
    how: tuple[str, ...] = ()
    if task.number:
        mutant = mutated(data, suffix.lower(), f"{task.name}#{task.number}")
        data, suffix, how = mutant.data, mutant.suffix, mutant.how
    stem = hashlib.sha256(f"{task.name}#{task.number}".encode()).hexdigest()[:10]
    (folder / f"{stem}.{suffix}").write_bytes(data)
    told = {"file": task.name, "copy": task.number, "how": how, **found.__dict__}
    (folder / f"{stem}.json").write_text(json.dumps(told, ensure_ascii=False, indent=1), encoding="utf-8")


def report(tally: Tally) -> list[Section | Grid]:
    section = Section("Torture", COMMAND)
    section.add("files", f"{tally.files:,}", how="each below the folder, whatever its type")
    section.add("damaged copies", f"{tally.copies:,}", how="of the types that can be uploaded; by seed")
    section.add(
        "bugs",
        f"{sum(map(len, tally.bugs.values()))}",
        aim="0",
        how="neither read nor refused with a code, or malformed",
    )
    section.add(
        "exceptions of our own code, caught by the net",
        f"{len(tally.own)}",
        aim="0",
        how="places; the file was refused",
    )
    section.add("ended by a limit of time or memory", f"{len(tally.contained)}", how="the next file was not held up")
    section.add("largest process", f"{tally.peak[0] / 1e6:.0f} MB", aim="bounded", how=tally.peak[1])
    for code, count in tally.codes.most_common():
        section.add(code, f"{count:,}")
    for code, count in tally.warnings.most_common():
        section.add(f"with warning {code}", f"{count:,}")
    slowest = Grid("Torture: the slowest ten", COMMAND, ("file", "seconds", "outcome"))
    for seconds, label, code in tally.slowest:
        slowest.add(label, f"{seconds:.1f}", code)
    slowest.show()
    for title, kinds in (("bug", tally.bugs), ("own", tally.own)):
        for kind, labels in kinds.items():
            print(f"{title} × {len(labels)}: {kind}\n    {'; '.join(itertools.islice(labels, 3))}")
    for label in tally.contained:
        print(f"limit: {label}")
    return [section, slowest]
