"""The process of one environment: its output, its memory, its end."""

import contextlib
import os
import select
import signal
import subprocess
import threading
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import BinaryIO

from docqa_localstack.plugin.executor.reaper import Reaper

REAPER = Reaper()
MEMORY_POLL_S = 0.1
MAX_KEPT_OUTPUT = 16 * 1024 * 1024
"""Bytes of output that are kept until the end of an invocation; older output is dropped, the log file has it all."""
PAGE = os.sysconf("SC_PAGE_SIZE")


class Output:
    """stdout and stderr of a process. `drain` is exact: it has all that was written before the call."""

    def __init__(self, descriptor: int, log_file: Path | None) -> None:
        self._descriptor = descriptor
        self._lock = threading.Lock()
        self._kept = bytearray()
        self._file: BinaryIO | None = None
        if log_file:
            log_file.parent.mkdir(parents=True, exist_ok=True)
            self._file = log_file.open("ab", buffering=0)
        os.set_blocking(descriptor, False)
        threading.Thread(target=self._follow, args=(descriptor,), name="lambda-output", daemon=True).start()

    def drain(self) -> str:
        """What was written since the last call."""
        with self._lock:
            self._pull()
            text = self._kept.decode("utf-8", "replace")
            self._kept.clear()
        return text

    def _follow(self, descriptor: int) -> None:
        readable = select.poll()
        readable.register(descriptor, select.POLLIN)
        more = True
        while more:
            readable.poll()
            with self._lock:
                more = self._pull()

    def _pull(self) -> bool:
        """Read all that is there, with the lock held; False at the end of the output."""
        while self._descriptor >= 0:
            try:
                data = os.read(self._descriptor, 64 * 1024)
            except BlockingIOError:
                return True
            if not data:
                os.close(self._descriptor)
                self._descriptor = -1
                if self._file:
                    self._file.close()
                break
            self._kept += data
            if len(self._kept) > MAX_KEPT_OUTPUT:
                del self._kept[: -MAX_KEPT_OUTPUT // 2]
            if self._file:
                self._file.write(data)
        return False


class Child:
    """A started process in a process group of its own.

    memory_limit: bytes of resident memory, its children's included; the group is killed above it while `watched`.
    on_exit: called once, from a thread of its own, with the process ended and `exit_reason` known.
    Raises OSError when the command cannot be started.
    """

    def __init__(
        self,
        command: Sequence[str],
        *,
        environment: Mapping[str, str],
        folder: Path,
        log_file: Path | None,
        memory_limit: int,
        on_exit: Callable[["Child"], None],
    ) -> None:
        read_end, write_end = os.pipe()
        try:
            self._process = subprocess.Popen(
                command,
                env=environment,
                cwd=folder,
                stdin=subprocess.DEVNULL,
                stdout=write_end,
                stderr=write_end,
                start_new_session=True,
            )
        except OSError:
            os.close(read_end)
            raise
        finally:
            os.close(write_end)
        self.pid = self._process.pid
        REAPER.add(self.pid)
        self.output = Output(read_end, log_file)
        self.memory_limit = memory_limit
        self.out_of_memory = False
        self.ended = threading.Event()
        self.max_memory = 0
        self._kill_lock = threading.Lock()
        MEMORY_WATCH.add(self)
        threading.Thread(target=self._wait, args=(on_exit,), name=f"lambda-child-{self.pid}", daemon=True).start()

    @property
    def running(self) -> bool:
        return not self.ended.is_set()

    def kill(self) -> None:
        """End the process and its children at once. Idempotent; `ended` is set soon after."""
        with self._kill_lock:
            if self.running:
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(self.pid, signal.SIGKILL)

    def exit_reason(self) -> str:
        """The end of the process in the words of the managed service."""
        code = self._process.returncode
        if code == 0:
            return "Runtime exited without providing a reason"
        if code > 0:
            return f"Runtime exited with error: exit status {code}"
        number = signal.Signals(-code)
        return f"Runtime exited with error: signal: {SIGNAL_NAMES.get(number, number.name)}"

    def check_memory(self) -> None:
        """Kill the group when it holds more than it may."""
        used = resident_bytes(self.pid)
        self.max_memory = max(self.max_memory, used)
        if used > self.memory_limit:
            self.out_of_memory = True
            self.kill()

    def peak_memory(self) -> int:
        """Bytes; the kernel's figure for the process itself, or the sum seen while polling if that is more."""
        try:
            status = Path(f"/proc/{self.pid}/status").read_text()
        except OSError:
            return self.max_memory  # ended, or a system without /proc
        peak = next((int(line.split()[1]) * 1024 for line in status.splitlines() if line.startswith("VmHWM:")), 0)
        return max(self.max_memory, peak)

    def _wait(self, on_exit: Callable[["Child"], None]) -> None:
        self._process.wait()
        with self._kill_lock:
            # its children are in the group still; the number cannot be another's as long as one of them lives
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.pid, signal.SIGKILL)
            self.ended.set()
        REAPER.remove(self.pid)
        MEMORY_WATCH.remove(self)
        on_exit(self)


class MemoryWatch:
    """One thread that looks at the memory of all busy processes, and sleeps while there are none."""

    def __init__(self) -> None:
        self._children: set[Child] = set()
        self._changed = threading.Condition()
        self._started = False

    def add(self, child: Child) -> None:
        """Watch `child` from now on; it should be at work."""
        with self._changed:
            self._children.add(child)
            if not self._started:
                threading.Thread(target=self._run, name="lambda-memory", daemon=True).start()
                self._started = True
            self._changed.notify()

    def remove(self, child: Child) -> None:
        with self._changed:
            self._children.discard(child)

    def _run(self) -> None:
        pause = threading.Event()
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._children)
                children = list(self._children)
            for child in children:
                child.check_memory()
            pause.wait(MEMORY_POLL_S)


MEMORY_WATCH = MemoryWatch()

SIGNAL_NAMES = {
    signal.SIGABRT: "aborted",
    signal.SIGKILL: "killed",
    signal.SIGSEGV: "segmentation fault",
    signal.SIGTERM: "terminated",
}


def resident_bytes(pid: int) -> int:
    """Resident memory of a process and its children; 0 when it has ended, or where there is no /proc."""
    try:
        pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
        tasks = os.listdir(f"/proc/{pid}/task")
        children = [Path(f"/proc/{pid}/task/{task}/children").read_text().split() for task in tasks]
    except (OSError, IndexError):
        return 0
    return pages * PAGE + sum(resident_bytes(int(child)) for group in children for child in group)
