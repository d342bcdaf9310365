"""Processes of ours: told apart from everybody else's, watched, ended.

A pid alone names nobody, because the kernel gives it to the next one. A process is named here by its pid, the tick at
which it started (``/proc/<pid>/stat`` field 22, proc(5)) and the boot in which that was. Linux only: it reads /proc.
"""

import os
import signal
import time
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

MARKER = "DOCQA_STACK_PROCESS"
"""Environment variable of every part: the folder of the stack it belongs to."""

_DATA_FOLDERS = {"postgres": "postgres", "valkey-server": "valkey"}
"""Programs that are known by the folder of the stack that they work in."""

POLL_S = 0.05


@dataclass(frozen=True, slots=True)
class ProcessId:
    """One process, for ever: pid, and ``<boot id>/<start tick>``."""

    pid: int
    started: str


@dataclass(frozen=True, slots=True)
class _Stat:
    parent: int
    state: str
    threads: int
    started: str

    @property
    def alive(self) -> bool:
        """Not a zombie; or one whose other threads still run and hold its files and its port, for a moment."""
        return self.state not in "ZX" or (self.state == "Z" and self.threads > 1)


@cache
def _boot() -> str:
    return Path("/proc/sys/kernel/random/boot_id").read_text().strip()


def _stat(pid: int) -> _Stat | None:
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return None
    return _Stat(parent=int(fields[1]), state=fields[0], threads=int(fields[17]), started=f"{_boot()}/{fields[19]}")


def identify(pid: int) -> ProcessId | None:
    """The process that has this pid now; None when there is none, or only what is left of a dead one (a zombie)."""
    stat = _stat(pid)
    return ProcessId(pid, stat.started) if stat and stat.alive else None


def is_running(process: ProcessId | None) -> bool:
    """Whether exactly this process still runs."""
    return process is not None and identify(process.pid) == process


def wait_for_end(processes: Iterable[ProcessId], patience_s: float) -> list[ProcessId]:
    """Wait up to `patience_s` seconds; returns those that still run."""
    give_up = time.monotonic() + patience_s
    left = [process for process in processes if is_running(process)]
    while left and time.monotonic() < give_up:
        time.sleep(POLL_S)
        left = [process for process in left if is_running(process)]
    return left


def send(process: ProcessId, number: signal.Signals, *, group: bool = False) -> None:
    """Send a signal to the process, or to its whole group if it leads one. One that has ended meanwhile is fine."""
    if not is_running(process):
        return
    try:
        if group and os.getpgid(process.pid) == process.pid:
            os.killpg(process.pid, number)
        else:
            os.kill(process.pid, number)
    except ProcessLookupError:
        return


def end(process: ProcessId, *, gently: signal.Signals = signal.SIGTERM, patience_s: float = 10) -> None:
    """Ask the process to end, and after `patience_s` seconds kill it with its whole group."""
    send(process, gently)
    if wait_for_end([process], patience_s):
        send(process, signal.SIGKILL, group=True)
        wait_for_end([process], 5)


def end_all(processes: Collection[ProcessId], *, patience_s: float = 3) -> None:
    """The same for many at once."""
    for process in processes:
        send(process, signal.SIGTERM)
    for process in wait_for_end(processes, patience_s):
        send(process, signal.SIGKILL)
    wait_for_end(processes, 5)


def of_stack(root: Path, *, kept: Collection[int] = ()) -> list[ProcessId]:
    """All processes that belong to the stack in folder `root`, without those in `kept` and their descendants.

    A process belongs to it when it carries our marker (parts and what they start), when it is a Lambda environment
    whose folders lie in the stack (its environment is its function's own), or when it is a server at work in its data
    folder of the stack (servers overwrite their environment with their title).
    """
    found = []
    for pid in _pids():
        if pid != os.getpid() and _belongs(pid, root) and not _descends(pid, kept):
            process = identify(pid)
            if process:
                found.append(process)
    return found


def _pids() -> Iterator[int]:
    return (int(name) for name in os.listdir("/proc") if name.isdecimal())


def _belongs(pid: int, root: Path) -> bool:
    try:
        environment = Path(f"/proc/{pid}/environ").read_bytes().split(b"\0")
        folder = os.readlink(f"/proc/{pid}/cwd")
    except (FileNotFoundError, ProcessLookupError, PermissionError):
        return False  # it has ended, or it is somebody else's and so not ours
    if f"{MARKER}={root}".encode() in environment:
        return True
    if any(entry.startswith(b"AWS_LAMBDA_RUNTIME_API=") for entry in environment):
        return any(f"={root}/".encode() in entry for entry in environment)
    data = _DATA_FOLDERS.get(program(pid))
    return data is not None and folder == os.path.realpath(root / data)


def program(pid: int) -> str:
    """File name of the program that a process runs; empty when that cannot be seen."""
    try:
        return os.path.basename(os.readlink(f"/proc/{pid}/exe")).removesuffix(" (deleted)")
    except (FileNotFoundError, ProcessLookupError, PermissionError):
        return ""


def _descends(pid: int, ancestors: Collection[int]) -> bool:
    while pid > 1:
        if pid in ancestors:
            return True
        stat = _stat(pid)
        pid = stat.parent if stat else 0
    return False


def listener(port: int) -> str | None:
    """Who listens on this TCP port of IPv4, as ``python3, process 123``; None when nobody can be seen."""
    sockets = set()
    for line in Path("/proc/net/tcp").read_text().splitlines()[1:]:
        fields = line.split()
        if fields[3] == "0A" and int(fields[1].rpartition(":")[2], 16) == port:
            sockets.add(f"socket:[{fields[9]}]")
    for pid in _pids() if sockets else ():
        try:
            folder = f"/proc/{pid}/fd"
            if any(os.readlink(f"{folder}/{name}") in sockets for name in os.listdir(folder)):
                return f"{Path(f'/proc/{pid}/comm').read_text().strip()}, process {pid}"
        except (FileNotFoundError, ProcessLookupError, PermissionError):
            continue
    return None


def resident_bytes(pid: int) -> int:
    """Resident memory of one process; 0 when it has ended."""
    try:
        pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    except (FileNotFoundError, ProcessLookupError):
        return 0
    return pages * os.sysconf("SC_PAGE_SIZE")
