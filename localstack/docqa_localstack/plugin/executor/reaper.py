"""Ends the functions' processes when LocalStack dies, however it dies.

A small process of its own reads process groups from a pipe. LocalStack holds the other end, so when it ends, by
SIGKILL too, the pipe ends and the reaper kills every group that is left. PR_SET_PDEATHSIG would do less: it is tied
to the thread that started the child, does not reach the child's own children, and needs code between fork and exec.

Run as a script by `Reaper`; the standard library only.
"""

import contextlib
import os
import signal
import subprocess
import sys
import threading
from typing import IO


class Reaper:
    """LocalStack's side: `add` a process group after its start, `remove` it after its end."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        self._lock = threading.Lock()

    def add(self, group: int) -> None:
        self._send(f"+{group}\n".encode())

    def remove(self, group: int) -> None:
        self._send(f"-{group}\n".encode())

    def _send(self, line: bytes) -> None:
        with self._lock:
            if self._process is None or self._process.poll() is not None:
                self._process = subprocess.Popen(
                    [sys.executable, "-I", "-S", __file__],
                    stdin=subprocess.PIPE,
                    stdout=subprocess.DEVNULL,
                    start_new_session=True,
                )
            assert self._process.stdin is not None
            self._process.stdin.write(line)
            self._process.stdin.flush()


def watch(lines: IO[bytes]) -> None:
    """Keep the groups that `lines` adds and removes; at the end of `lines`, kill those that are left."""
    groups: set[int] = set()
    for line in lines:
        group = int(line[1:])
        if line.startswith(b"+"):
            groups.add(group)
        else:
            groups.discard(group)
    for group in groups:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(group, signal.SIGKILL)


if __name__ == "__main__":
    watch(sys.stdin.buffer)
