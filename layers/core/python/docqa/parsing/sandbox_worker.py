"""The process that files are read in: `python -m docqa.parsing.sandbox_worker`, started by `sandbox.Sandbox`.

It imports a format's libraries once and never looks at a file itself: for each task it forks a child, which confines
itself, reads, writes its result to a file and ends. A file that hangs, eats memory or crashes a C library takes its own
child with it and nothing else; the next file finds a clean process. One JSON object a line comes in on standard input
(see `Task`), one goes out.
"""

import json
import os
import resource
import signal
import sys
import time
import traceback
from pathlib import Path
from typing import Any, NotRequired, TypedDict

from docqa.core.errors import DocQAError
from docqa.core.models import Format, Model, PageRange
from docqa.parsing.files import plan_file, read_range
from docqa.parsing.registry import parser_for
from docqa.parsing.sniff import check

DONE, REFUSED, OUT_OF_MEMORY, FAILED = 0, 10, 11, 12
"""Exit codes of a child."""

_SLEEP_S = (0.0005, 0.02)
_MAX_RESULT_BYTES = 1 << 30


class Task(TypedDict):
    """`seconds`: of wall clock and of CPU. `memory_bytes`: beyond what the process has before it begins."""

    do: str
    format: str
    path: NotRequired[str]
    pages: NotRequired[dict[str, Any]]
    max_pages: NotRequired[int]
    result: str
    seconds: float
    memory_bytes: int


def main() -> None:
    """Serve tasks until standard input ends."""
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # what a library prints is for the log, not for the channel
    for line in sys.stdin:
        answers.write(json.dumps(_serve(json.loads(line))) + "\n")
        answers.flush()


def _serve(task: Task) -> dict[str, Any]:
    parser = parser_for(Format(task["format"]))
    if task["do"] == "version":
        return {"version": parser.version}
    started = time.monotonic()
    pid = os.fork()
    if pid == 0:
        _child(task)
    status, usage, late = _awaited(pid, started + task["seconds"])
    return {
        "exit": os.WEXITSTATUS(status) if os.WIFEXITED(status) else None,
        "signal": os.WTERMSIG(status) if os.WIFSIGNALED(status) else None,
        "late": late,
        "seconds": time.monotonic() - started,
        "peak_bytes": usage.ru_maxrss * (1 if sys.platform == "darwin" else 1024),
    }


def _awaited(pid: int, deadline: float) -> tuple[int, resource.struct_rusage, bool]:
    """Status and resources of a child once it has ended, by itself or because its time was up.

    When nobody is left to answer to, its time is up at once.
    """
    pause, longest = _SLEEP_S
    late, asker = False, os.getppid()
    while True:
        ended, status, usage = os.wait4(pid, 0 if late else os.WNOHANG)
        if ended:
            return status, usage, late
        if time.monotonic() > deadline or os.getppid() != asker:
            os.kill(pid, signal.SIGKILL)
            late = True
        else:
            time.sleep(pause)
            pause = min(pause * 1.5, longest)


def _child(task: Task) -> None:
    """Never returns: nothing of the parent's may run twice."""
    code = FAILED
    try:
        _confine(task)
        _write(task, _done(task).model_dump_json(exclude_defaults=True) if task["do"] != "check" else _checked(task))
        code = DONE
    except DocQAError as error:
        _write(task, json.dumps({"error": type(error).__name__, "message": error.message}))
        code = REFUSED
    except MemoryError:
        code = OUT_OF_MEMORY
    except BaseException:
        traceback.print_exc()
        raise
    finally:
        sys.stderr.flush()
        os._exit(code)


def _done(task: Task) -> Model:
    path, format = Path(task["path"]), Format(task["format"])
    if task["do"] == "plan":
        return plan_file(path, format, max_pages=task["max_pages"])
    return read_range(path, format, PageRange.model_validate(task["pages"]))


def _checked(task: Task) -> str:
    check(Path(task["path"]), Format(task["format"]))
    return "{}"


def _write(task: Task, text: str) -> None:
    Path(task["result"]).write_text(text, encoding="utf-8")


def _confine(task: Task) -> None:
    """Time, memory, file size and core dumps; child processes are not needed, and cost nothing to forbid by count."""
    os.setsid()
    seconds = int(task["seconds"]) + 1
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 1))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (_MAX_RESULT_BYTES, _MAX_RESULT_BYTES))
    if sys.platform == "linux":  # elsewhere address space is not limited
        limit = _address_space() + task["memory_bytes"]
        resource.setrlimit(resource.RLIMIT_AS, (limit, limit))


def _address_space() -> int:
    """Bytes mapped so far (proc(5), statm: size in pages)."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
    return pages * resource.getpagesize()


if __name__ == "__main__":
    main()
