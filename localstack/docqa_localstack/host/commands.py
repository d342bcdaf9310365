"""Commands that take a while: every line they print goes to a log file and to the display."""

import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TextIO

from docqa_localstack.host.report import Step


def run_logged(
    command: Sequence[str], *, environment: Mapping[str, str], log: TextIO, step: Step, folder: Path | None = None
) -> int:
    """Run to the end, without standard input; the exit status."""
    with subprocess.Popen(
        command,
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as child:
        assert child.stdout is not None
        for line in child.stdout:
            log.write(line)
            if line.strip():
                step.detail(line)
    return child.returncode
