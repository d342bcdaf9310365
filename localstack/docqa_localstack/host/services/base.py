"""What all parts have in common: a command in a session of its own, a log file, a check whether it answers."""

import os
import signal
import subprocess
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from docqa_localstack.host.credentials import Credentials
from docqa_localstack.host.errors import ServiceError, last_lines
from docqa_localstack.host.files import digest, roll_over
from docqa_localstack.host.paths import Home, StackPaths
from docqa_localstack.host.processes import MARKER, ProcessId, end, identify, is_running
from docqa_localstack.host.services.accounts import Account

PASSED_ON = frozenset(
    {"PATH", "LANG", "TZ", "SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE", "LS_LOG", "DEBUG"}
    | {f"{scheme}_proxy" for scheme in ("http", "https", "no", "all")}
    | {f"{scheme}_PROXY" for scheme in ("HTTP", "HTTPS", "NO", "ALL")}
)
"""All that a part sees of the caller's environment: the rest could change what it does from shell to shell."""


@dataclass(frozen=True, slots=True)
class Context:
    """What every part needs to know."""

    stack: StackPaths
    credentials: Credentials

    @property
    def home(self) -> Home:
        return self.stack.home


class Service(ABC):
    """One part on one port. `process` is what is known of its process, running or not."""

    name: ClassVar[str]
    title: ClassVar[str]
    environment_name: ClassVar[str] = "services"
    stop_signal: ClassVar[signal.Signals] = signal.SIGTERM
    stop_patience_s: ClassVar[float] = 15
    ready_patience_s: ClassVar[float] = 120

    def __init__(self, context: Context, port: int, process: ProcessId | None = None) -> None:
        self.context, self.port, self.process = context, port, process

    @property
    def stack(self) -> StackPaths:
        return self.context.stack

    @property
    def log(self) -> Path:
        """Its output, and that of what prepares it."""
        return self.stack.log(self.name)

    @abstractmethod
    def command(self) -> list[str]:
        """The command line. It holds no secrets: everybody on the machine can read it."""

    @abstractmethod
    def ready(self) -> bool:
        """Whether it answers as it should, asked over its port."""

    def settings(self) -> Mapping[str, str]:
        """Environment variables of its own."""
        return {}

    def prepare(self) -> None:  # noqa: B027 (nothing to prepare is the usual case)
        """Make what it needs before it starts. Called only while it does not run; may be called again."""

    def provision(self) -> None:  # noqa: B027
        """Set up what it needs once it answers. May be called again."""

    def account(self) -> Account | None:
        """The account it runs as; None: as we do."""
        return None

    def folder(self) -> Path:
        """Where it runs."""
        return self.stack.root

    def fingerprint(self) -> str:
        """Changes when a running one must be started anew: command, settings, installed environment."""
        settings = [f"{name}={value}" for name, value in sorted(self.settings().items())]
        return digest(*self.command(), *settings, self.installed())

    def installed(self) -> str:
        """The stamp of the environment it runs from."""
        stamp = self.context.home.environments / self.environment_name / ".installed"
        return stamp.read_text() if stamp.exists() else ""

    def start(self) -> ProcessId:
        """Start it, without waiting until it is ready.

        Raises ServiceError when its program is missing or ends at once.
        """
        roll_over(self.log)
        account = self.account()
        passed_on = {name: value for name, value in os.environ.items() if name in PASSED_ON or name.startswith("LC_")}
        try:
            with self.log.open("ab") as log:
                child = subprocess.Popen(
                    self.command(),
                    env={**passed_on, **self.settings(), MARKER: str(self.stack.root)},
                    cwd=self.folder(),
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=log,
                    # a session of its own: Ctrl-C in our terminal is not for it, and its group can be ended as one
                    start_new_session=True,
                    **(account.popen() if account else {}),
                )
        except OSError as error:
            raise ServiceError(f"{self.title} could not be started: {error}.", hint="Run: make up") from error
        self.process = identify(child.pid)
        # the child outlives us; without this its Popen would warn about that when it is collected
        child.returncode = 0
        if self.process is None:
            raise self.failure("ended at once")
        return self.process

    def stop(self) -> None:
        """End it and its process group; does nothing when it does not run."""
        if self.process is not None:
            end(self.process, gently=self.stop_signal, patience_s=self.stop_patience_s)
        self.process = None

    def alive(self) -> bool:
        return is_running(self.process)

    def failure(self, what: str) -> ServiceError:
        """An error that says what happened and shows the end of the log."""
        return ServiceError(f"{self.title} {what}.", log=self.log, tail=last_lines(self.log), hint="Check: make doctor")
