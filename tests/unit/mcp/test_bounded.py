"""What a command says is passed on as it comes, and only so much of it."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from docqa.mcp import bounded


def run(most: int, *command: str, said: bytes = b"") -> tuple[bytes, int]:
    done = subprocess.run(
        [sys.executable, "-I", "-S", bounded.__file__, str(most), *command],
        input=said,
        stdout=subprocess.PIPE,
        timeout=20,
    )
    return done.stdout, done.returncode


def test_a_program_speaks_through_it() -> None:
    assert run(100, "cat", said=b"hello\n") == (b"hello\n", 0)
    assert run(5, "printf", "hello") == (b"hello", 0)
    assert run(100, "sh", "-c", "exit 3") == (b"", 3)


def test_a_program_that_says_too_much_is_ended() -> None:
    said, status = run(100_000, "yes")
    assert status == 1
    assert len(said) <= 100_000


def test_what_a_program_started_ends_with_it(tmp_path: Path) -> None:
    mark = tmp_path / "late"
    said, status = run(100_000, "sh", "-c", f"(sleep 1; touch {mark}) & yes")
    assert (status, len(said) <= 100_000) == (1, True)
    time.sleep(1.5)
    assert not mark.exists()


def test_a_program_is_ended_when_nobody_listens() -> None:
    command = [sys.executable, "-I", "-S", bounded.__file__, "1000000000", "yes"]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as program:
        assert program.stdout is not None
        program.stdout.close()
        assert program.wait(timeout=20) == 1


def test_a_program_is_ended_with_it() -> None:
    command = [sys.executable, "-I", "-S", bounded.__file__, "100", "sh", "-c", "echo $$; sleep 60"]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as program:
        assert program.stdout is not None
        started = int(program.stdout.readline())
        program.terminate()
        assert program.wait(timeout=20) == 128 + signal.SIGTERM
    with pytest.raises(ProcessLookupError):
        os.kill(started, 0)


def test_a_line_comes_before_the_program_ends() -> None:
    command = [sys.executable, "-I", "-S", bounded.__file__, "100", "cat"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as program:
        assert program.stdin is not None
        assert program.stdout is not None
        program.stdin.write(b"one\n")
        program.stdin.flush()
        assert program.stdout.readline() == b"one\n"
        program.stdin.close()
        assert program.wait(timeout=20) == 0
