"""The engines side by side: their environments, and one run of one of them on one core."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.peer_environments import PEERS, python_of

ADAPTER = PEERS / "adapter.py"
FILE_SECONDS = 120
_PDF_AND_OFFICE = ("pdf", "docx", "pptx", "csv", "xlsx", "html", "md", "eml")
_QUIET = {
    "HF_HUB_OFFLINE": "1",
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "PYTHONWARNINGS": "ignore",
    "SCARF_NO_ANALYTICS": "true",
    "DO_NOT_TRACK": "true",
    "UNSTRUCTURED_DISABLE_NOTICE": "1",
}


@dataclass(frozen=True)
class Engine:
    """`environment`: name of a requirements file in peers/, None for our own. `formats`: what it claims to read."""

    name: str
    environment: str | None
    formats: tuple[str, ...]
    note: str = ""


OURS = Engine("docqa", None, _PDF_AND_OFFICE)
ENGINES = (
    OURS,
    Engine("pymupdf4llm-classic", "pymupdf4llm", ("pdf",), "2.0, use_layout(False)"),
    Engine("pymupdf4llm-layout", "pymupdf4llm", ("pdf",), "2.0, page model, without OCR"),
    Engine("markitdown", "markitdown", _PDF_AND_OFFICE, "0.1.9"),
    Engine("unstructured", "unstructured", _PDF_AND_OFFICE, "0.27.35, strategy fast"),
    Engine("docling", "docling", _PDF_AND_OFFICE, "2.142.1; PDF without its models, which only a hub has"),
)


@dataclass
class Run:
    """What one process of an engine did. `seconds` and `texts` by file; `errors` for the files it failed on."""

    import_s: float = 0.0
    rss: int = 0
    imported_rss: int = 0
    seconds: dict[Path, float] = field(default_factory=dict)
    texts: dict[Path, str] = field(default_factory=dict)
    errors: dict[Path, str] = field(default_factory=dict)


def interpreter(engine: Engine) -> Path:
    """What to run an engine with."""
    return Path(sys.executable) if engine.environment is None else python_of(engine.environment)


def run(engine: Engine, files: Sequence[Path], warm: Sequence[Path], core: int) -> Run:
    """Read every file once in one process on one core; one that dies is started again behind the file it died on."""
    done = Run()
    rest = list(files)
    while rest:
        with tempfile.TemporaryDirectory() as folder:
            results = Path(folder) / "results.jsonl"
            job = {"files": [str(f) for f in rest], "warm": [str(f) for f in warm], "results": str(results)}
            ended = _process(engine, {**job, "seconds": FILE_SECONDS}, core)
            lines = results.read_text(encoding="utf-8").splitlines() if results.exists() else []
            died_on = _take(done, [json.loads(line) for line in lines])
        if died_on is None and len(lines) <= 1:
            raise RuntimeError(f"{engine.name} does not start: {ended[-2000:]}")
        if died_on is None:
            break
        done.errors[died_on] = "the process died or hung"
        rest = rest[rest.index(died_on) + 1 :]
    return done


def _process(engine: Engine, job: dict[str, Any], core: int) -> str:
    """Runs the adapter to its end; the end of what it said."""
    taskset = ["taskset", "-c", str(core)] if shutil.which("taskset") else []
    environ = {**os.environ, **_QUIET}
    environ["PYTHONPATH"] = os.pathsep.join(filter(None, sys.path)) if engine.environment is None else ""
    try:
        ended = subprocess.run(
            [*taskset, str(interpreter(engine)), str(ADAPTER), engine.name],
            input=json.dumps(job),
            env=environ,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            timeout=(FILE_SECONDS + 5) * (len(job["files"]) + len(job["warm"])),
            check=False,
        )
    except subprocess.TimeoutExpired:
        return "it hung"
    return ended.stdout


def _take(run: Run, lines: Sequence[dict[str, Any]]) -> Path | None:
    """Add what the lines tell; the file that was begun and not ended, if any."""
    begun: Path | None = None
    for line in lines:
        run.rss = max(run.rss, line["rss"])
        if "import_s" in line:
            run.import_s, run.imported_rss = line["import_s"], line["rss"]
        elif line.get("begun"):
            begun = Path(line["path"])
        else:
            begun, path = None, Path(line["path"])
            if "error" in line:
                run.errors[path] = line["error"]
            else:
                run.seconds[path], run.texts[path] = line["seconds"], line["text"]
    return begun
