"""Our parsers beside others, on the same files and one core: `python -m benchmarks --parsing FOLDER`.

FOLDER holds `parser/expect.jsonl` with labelled files and `docs/` with more for the clock. Documents made on the spot
(parsing_made) are judged apart. Every engine runs in its own environment, one process a round, import and warm-up
not counted; rounds of the engines alternate. Texts and scores of every file, and
the documents made, go to `.docqa/parsing/`.
"""

import json
import os
import shutil
import statistics
import tempfile
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

from benchmarks.figures import Grid
from benchmarks.parsing_cases import SPEED_FORMATS, Case, labelled, page_count, unlabelled
from benchmarks.parsing_engines import ENGINES, OURS, Engine, Run, run
from benchmarks.parsing_made import made
from benchmarks.parsing_markdown import read
from benchmarks.parsing_scores import Scores, interval, scores
from docqa.core.models import Format
from docqa_localstack.host.paths import Home

COMMAND = "python -m benchmarks --parsing FOLDER"
FAST_PAGES = 5.0
"""Pages of PDF a second above which an engine is one to be compared with."""
_SHOWN = ("recall", "precision", "order", "headings", "levels", "cells", "neighbours", "blocks")

Scored = dict[str, dict[Path, Scores]]
"""Engine → file → scores."""


def measure(folder: Path, *, rounds: int = 3, engines: Sequence[str] = (), out: Path | None = None) -> list[Grid]:
    """All tables. `engines`: only these and ours."""
    out = out or Home.find().root / "parsing"
    chosen = [e for e in ENGINES if not engines or e.name in engines or e is OURS]
    with tempfile.TemporaryDirectory() as scratch:
        ours = frozenset(format.value for format in Format)
        cases = [*labelled(folder), *unlabelled(folder, Path(scratch)), *made(Path(scratch), ours)]
        runs = read_all(chosen, cases, rounds)
        scored = {engine.name: judged(engine, cases, runs[engine.name][0]) for engine in chosen}
        keep(out, cases, runs, scored)
        shutil.copytree(scratch, out / "made", dirs_exist_ok=True)
        grids = [
            quality(cases, source, scored) for source in ("labelled", "made") if any(c.source == source for c in cases)
        ]
        grids += [speed(chosen, cases, runs), verdict(chosen, cases, runs, scored)]
    for grid in grids:
        grid.show()
    return grids


def read_all(engines: Sequence[Engine], cases: Sequence[Case], rounds: int) -> dict[str, list[Run]]:
    """Every engine over every file it claims to read, `rounds` times; made files once, as the clock skips them."""
    runs: dict[str, list[Run]] = defaultdict(list)
    core = sorted(os.sched_getaffinity(0))[-1]
    for number in range(rounds):
        for engine in engines:
            files = [c.path for c in cases if c.format in engine.formats and (number == 0 or c.source != "made")]
            warm = [
                next(path for path in files if path.suffix == suffix) for suffix in sorted({p.suffix for p in files})
            ]
            done = run(engine, files, warm, core)
            runs[engine.name].append(done)
            print(
                f"{engine.name}: {len(done.texts)} read, {len(done.errors)} failed, {sum(done.seconds.values()):.1f} s",
                flush=True,
            )
    return runs


def judged(engine: Engine, cases: Sequence[Case], done: Run) -> dict[Path, Scores]:
    """Scores of the files an engine claims to read; a file that it failed on scores as if it were empty."""
    return {
        case.path: scores(
            read(case.label), read(done.texts.get(case.path, "")), complete=case.complete, lines_kept=case.lines_kept
        )
        for case in cases
        if case.label is not None and case.format in engine.formats
    }


def keep(out: Path, cases: Sequence[Case], runs: dict[str, list[Run]], scored: Scored) -> None:
    """Texts and scores of every file, to look into."""
    lines = []
    for engine, (first, *_) in runs.items():
        (out / engine).mkdir(parents=True, exist_ok=True)
        for case in cases:
            text, name = first.texts.get(case.path), f"{case.source}-{case.path.name}.md"
            if text is not None:
                (out / engine / name).write_text(text, encoding="utf-8")
            if case.label is not None:
                (out / "label").mkdir(exist_ok=True)
                (out / "label" / name).write_text(case.label, encoding="utf-8")
            if case.path in scored[engine] or case.path in first.errors:
                told = {
                    "engine": engine,
                    "source": case.source,
                    "file": case.path.name,
                    "error": first.errors.get(case.path),
                }
                lines.append(
                    told | {name: round(value, 4) for name, value in scored[engine].get(case.path, {}).items()}
                )
    (out / "scores.jsonl").write_text("".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines))


# -- tables ----------------------------------------------------------------------------------------


def quality(cases: Sequence[Case], source: str, scored: Scored) -> Grid:
    """Means over the files of each format, and over the formats' files together."""
    title = {
        "labelled": "Parsing: quality on labelled files",
        "made": "Parsing: quality on documents made on the spot",
    }[source]
    note = (
        "Means over files. *Quality*: mean of words (F1), order, headings and tables, of those that a label judges; in "
        "brackets the 95 % interval of the bootstrap over files."
        + {"labelled": " Many labels are docling's own output, those of two PDFs markitdown's.", "made": ""}[source]
    )
    grid = Grid(title, COMMAND, ("format", "engine", "files", "quality", *_SHOWN), note)
    formats = sorted({case.format for case in cases if case.source == source and case.label is not None})
    for format in [*formats, "all"]:
        for engine, by_file in scored.items():
            found = [
                by_file[c.path]
                for c in cases
                if c.source == source and c.path in by_file and format in (c.format, "all")
            ]
            if found and (
                format != "all" or len({c.format for c in cases if c.source == source and c.path in by_file}) > 1
            ):
                low, high = interval([one["quality"] for one in found])
                quality = f"{_mean(found, 'quality')} ({_three(low)} to {_three(high)})"
                grid.add(format, engine, str(len(found)), quality, *(_mean(found, metric) for metric in _SHOWN))
    return grid


def _mean(found: Sequence[Scores], metric: str) -> str:
    values = [one[metric] for one in found if metric in one]
    return _three(statistics.fmean(values)) if values else ""


def _three(value: float) -> str:
    return f"{value:.3f}".lstrip("0") if value < 1 else f"{value:.2f}"


def speed(engines: Sequence[Engine], cases: Sequence[Case], runs: dict[str, list[Run]]) -> Grid:
    """Medians over rounds, of the files that both the engine and ours read."""
    note = (
        "Processor time on one core. In brackets: how many times as long as ours takes for the same files. PDF in "
        "pages, others in files."
    )
    columns = (
        "engine",
        *(f"{format}, per second" for format in SPEED_FORMATS),
        "import",
        "memory, largest",
        "of it after import",
    )
    grid = Grid("Parsing: speed and memory", COMMAND, columns, note)
    for engine in engines:
        rates = [_rate(engine, format, cases, runs) for format in SPEED_FORMATS]
        done = runs[engine.name]
        grid.add(
            engine.name,
            *rates,
            f"{statistics.median(one.import_s for one in done):.2f} s",
            f"{max(one.rss for one in done) / 1e6:.0f} MB",
            f"{max(one.imported_rss for one in done) / 1e6:.0f} MB",
        )
    return grid


def _rate(engine: Engine, format: str, cases: Sequence[Case], runs: dict[str, list[Run]]) -> str:
    files = _both(engine, format, cases, runs)
    if not files:
        return ""
    taken, ours = _seconds(runs[engine.name], files), _seconds(runs[OURS.name], files)
    return f"{_units(format, files) / taken:.1f} (× {taken / ours:.1f})"


def _both(engine: Engine, format: str, cases: Sequence[Case], runs: dict[str, list[Run]]) -> list[Path]:
    """The timed files of a format that the engine and ours read in every round."""
    every = [*runs[engine.name], *runs[OURS.name]]
    timed = [c.path for c in cases if c.format == format and c.source != "made"]
    return [path for path in timed if all(path in one.seconds for one in every)]


def _seconds(done: Sequence[Run], files: Sequence[Path]) -> float:
    return sum(statistics.median(one.seconds[path] for one in done) for path in files)


def _units(format: str, files: Sequence[Path]) -> int:
    return sum(map(page_count, files)) if format == "pdf" else len(files)


def verdict(engines: Sequence[Engine], cases: Sequence[Case], runs: dict[str, list[Run]], scored: Scored) -> Grid:
    """Ours against each other engine: difference of quality on the files that both claim to read, and times as long."""
    note = (
        f"Positive: ours is better. Aim: not below any that reads over {FAST_PAGES:.0f} pages of PDF a second, and "
        "faster. Labels that are an engine's own output are left out where it is compared."
    )
    columns = ("against", "over 5 pages/s", "set", "files", "quality, ours less theirs", "times as long as ours")
    grid = Grid("Parsing: ours beside each", COMMAND, columns, note)
    for engine in engines:
        if engine is OURS:
            continue
        pdf = _both(engine, "pdf", cases, runs)
        fast = bool(pdf) and _units("pdf", pdf) / _seconds(runs[engine.name], pdf) > FAST_PAGES
        every = [path for format in SPEED_FORMATS for path in _both(engine, format, cases, runs)]
        times = f"{_seconds(runs[engine.name], every) / _seconds(runs[OURS.name], every):.1f}" if every else ""
        for source in ("labelled", "made"):
            both = [
                case.path
                for case in cases
                if case.source == source and case.author != engine.name and case.path in scored[engine.name]
            ]
            if both:
                gains = [scored[OURS.name][path]["quality"] - scored[engine.name][path]["quality"] for path in both]
                low, high = interval(gains)
                gain = f"{statistics.fmean(gains):+.3f} ({low:+.3f} to {high:+.3f})"
                grid.add(engine.name, "yes" if fast else "no", source, str(len(both)), gain, times)
    return grid
