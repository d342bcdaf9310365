"""What can go wrong, told in a sentence.

HostError
├── InstallError      an environment or a tool is missing, of a wrong version, or could not be installed
├── ServiceError      a part did not start or died; carries the end of its log
└── DeployError       synthesis or deployment failed; names the resource and the reason
"""

from pathlib import Path


class HostError(Exception):
    """A failure whose message is a sentence for a person.

    hint: what to do about it, if that is known. log: the file that says more. tail: its last lines.
    """

    def __init__(self, message: str, *, hint: str = "", log: Path | None = None, tail: str = "") -> None:
        super().__init__(message)
        self.hint, self.log, self.tail = hint, log, tail

    def text(self) -> str:
        """The whole story for a terminal: sentence, end of the log, its file, what to do."""
        parts = [str(self)]
        if self.tail:
            parts.append("\n".join(f"  | {line}" for line in self.tail.splitlines()))
        if self.log:
            parts.append(f"The whole log: {self.log}")
        if self.hint:
            parts.append(self.hint)
        return "\n".join(parts)


class InstallError(HostError):
    """An environment or a tool is missing, of a wrong version, or could not be installed."""


class ServiceError(HostError):
    """A part of the local cloud did not start, or died."""


class DeployError(HostError):
    """The stack could not be synthesized or deployed."""


def last_lines(log: Path, count: int = 15) -> str:
    """The last `count` lines of a log file; empty when there is none."""
    try:
        with log.open("rb") as file:
            file.seek(max(0, file.seek(0, 2) - 32_768))
            return "\n".join(file.read().decode(errors="replace").splitlines()[-count:])
    except FileNotFoundError:
        return ""
