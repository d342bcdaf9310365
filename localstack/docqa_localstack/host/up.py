"""From a fresh checkout to a deployed stack: install, start, package, synthesize, deploy."""

import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from docqa_localstack.host import deploy, install, supervisor, tools
from docqa_localstack.host.endpoints import Endpoints
from docqa_localstack.host.paths import StackPaths
from docqa_localstack.host.report import Reporter, reporter


@dataclass(frozen=True, slots=True)
class Up:
    """What is up: addresses, the stack's outputs, and how long it took."""

    endpoints: Endpoints
    outputs: dict[str, Any]
    seconds: float


def up(stack: StackPaths, report: Reporter | None = None) -> Up:
    """Bring everything up; each part is quick when there is nothing to do.

    What follows a deployed stack (samples, a first question) is the command line's, which calls this.
    Raises HostError.
    """
    if report is None:
        with reporter() as report:
            return up(stack, report)
    started = time.monotonic()
    install_all(stack, report)
    endpoints = supervisor.start(stack, report)
    outputs = deploy.deploy(stack, report)
    seconds = time.monotonic() - started
    report.note(f"The stack is up after {seconds:.1f} s: {endpoints.api_url}")
    return Up(endpoints, outputs, seconds)


def install_all(stack: StackPaths, report: Reporter) -> None:
    """Virtual environments and the CDK command, side by side. Raises InstallError."""
    install.check_interpreter()
    tools.check_node()
    with ThreadPoolExecutor(2) as pool:
        jobs = [pool.submit(install.install, stack.home, report), pool.submit(tools.install, stack.home, report)]
    for job in jobs:
        job.result()
