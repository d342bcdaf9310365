"""Runs a program and passes on what it says, up to so many bytes; then ends it: `python bounded.py BYTES PROGRAM…`.

The client of a command reads until a line ends, however long that is. This stands between the two, so that it does end.
A file that runs by itself: it needs the standard library, and is started once a call.
"""

import os
import signal
import subprocess
import sys
from types import FrameType

_PART = 65_536


def main(most: int, command: list[str]) -> int:
    """What the program says goes to standard output. Returns its exit status; 1 if it was ended.

    It is ended with all that it started when it said more than `most` bytes, and when nobody listens any more.
    """
    signal.signal(signal.SIGTERM, _ended)
    with subprocess.Popen(command, stdout=subprocess.PIPE, start_new_session=True) as program:
        try:
            if program.stdout is not None and _passed_on(program.stdout.fileno(), most):
                return program.wait()
            return 1
        finally:
            if program.poll() is None:
                os.killpg(program.pid, signal.SIGKILL)


def _passed_on(said: int, most: int) -> bool:
    """Whether the program came to its end by itself."""
    while part := os.read(said, _PART):
        most -= len(part)
        if most < 0:
            return False
        view = memoryview(part)
        try:
            while view:
                view = view[os.write(sys.stdout.fileno(), view) :]
        except BrokenPipeError:
            return False
    return True


def _ended(number: int, frame: FrameType | None) -> None:
    sys.exit(128 + number)


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]), sys.argv[2:]))
