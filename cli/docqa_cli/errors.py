"""What the command says when something goes wrong: one sentence, a code, exit code 1."""

from typing import Any


class CliError(Exception):
    """A failure for a person. `code` is the HTTP contract's code where the server gave one."""

    def __init__(self, message: str, *, code: str = "error", retryable: bool = False, hint: str = "") -> None:
        super().__init__(message)
        self.message, self.code, self.retryable, self.hint = message, code, retryable, hint

    def as_json(self) -> dict[str, Any]:
        return {"code": self.code, "message": self.message, "retryable": self.retryable}
