"""Runs a program and passes on what it says, up to so many bytes; then ends it: `python bounded.py BYTES PROGRAM…`.

The client of a command reads until a line ends, however long that is. This stands between the two, so that it does end.
A file that runs by itself: it needs the standard library, and is started once a call.
"""

import os
import subprocess
import sys

_PART = 65_536


def main(most: int, command: list[str]) -> int:
    """What the program says goes to standard output. Returns its exit status; 1 if it said more than `most` bytes."""
    with subprocess.Popen(command, stdout=subprocess.PIPE) as program:
        assert program.stdout is not None
        left = most
        while part := os.read(program.stdout.fileno(), _PART):
            left -= len(part)
            if left < 0:
                program.kill()
                return 1
            view = memoryview(part)
            while view:
                view = view[os.write(sys.stdout.fileno(), view) :]
        return program.wait()


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]), sys.argv[2:]))
