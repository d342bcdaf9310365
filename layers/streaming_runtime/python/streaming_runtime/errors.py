"""What can go wrong, and how it is told to Lambda.

RuntimeFailure(Exception)          has an `error_type` in Lambda's `Category.Reason` form
├── InitFailure                    the environment cannot start: POST /init/error, then exit
├── RuntimeApiGone                 the Runtime API does not answer or says "exit": the process ends
├── UnknownEvent                   the event is not an HTTP request that we know
├── ProtocolViolation              the application broke ASGI
└── ResponseTooLarge               a buffered response passed Lambda's limit
ClientDisconnected(OSError)        nobody reads the response any more (what ASGI 2.4 asks `send` to raise)
"""

import base64
import json
import traceback
from collections.abc import Iterator
from dataclasses import dataclass

# A trailer is one header line; servers commonly stop reading a line at 64 KiB. Base64 makes 4 bytes of 3.
_MAX_MESSAGE = 8_192
_MAX_FRAMES = 40
_MAX_FRAME = 500


class RuntimeFailure(Exception):
    """Base of our own errors; `error_type` is what Lambda and the logs show."""

    error_type = "Runtime.Unknown"


class InitFailure(RuntimeFailure):
    """The environment cannot start. `error_type` says why, e.g. Runtime.HandlerNotFound."""

    def __init__(self, error_type: str, message: str) -> None:
        super().__init__(message)
        self.error_type = error_type


class RuntimeApiGone(RuntimeFailure):
    """The Runtime API does not answer, or answered 5xx, which its specification calls non-recoverable."""

    error_type = "Runtime.ApiGone"


class UnknownEvent(RuntimeFailure):
    """Neither a function URL / HTTP API event (payload 2.0) nor a REST API proxy event (payload 1.0)."""

    error_type = "Runtime.UnknownEvent"


class ProtocolViolation(RuntimeFailure):
    """The application sent messages that ASGI does not allow, or ended without finishing its response."""

    error_type = "Runtime.AsgiProtocol"


class ResponseTooLarge(RuntimeFailure):
    """A buffered response is larger than Lambda takes (6 MB)."""

    error_type = "Function.ResponseSizeTooLarge"


class ClientDisconnected(OSError):
    """Nobody reads the response any more."""


@dataclass(frozen=True)
class ErrorReport:
    """An error in the form that the Runtime API takes: `kind` for the header, `body` for the payload."""

    kind: str
    type: str
    message: str
    stack: tuple[str, ...]

    def payload(self) -> bytes:
        """JSON with errorType, errorMessage and stackTrace, as the managed runtime sends it."""
        body = {"errorMessage": self.message, "errorType": self.type, "stackTrace": list(self.stack)}
        return json.dumps(body).encode()

    def trailer(self) -> bytes:
        """The payload as a trailing header can carry it: base64, short enough for one line."""
        short = ErrorReport(self.kind, self.type, self.message[:_MAX_MESSAGE], self.stack[-10:])
        return base64.b64encode(short.payload())


def report(error: BaseException) -> ErrorReport:
    """Describe an error. SystemExit is named as Lambda names a runtime that exits."""
    name = type(error).__name__
    if isinstance(error, RuntimeFailure):
        kind = name = error.error_type
    elif isinstance(error, SystemExit):
        kind = name = "Runtime.ExitError"
    else:
        kind = f"Function.{name}"
    message = f"exit status {error.code}" if isinstance(error, SystemExit) else str(error)
    # An InitFailure only names what happened; where it happened is in its cause.
    source = (isinstance(error, InitFailure) and error.__cause__) or error
    frames = traceback.format_list(traceback.extract_tb(source.__traceback__))[-_MAX_FRAMES:]
    return ErrorReport(_header_safe(kind), name, message[: 4 * _MAX_MESSAGE], tuple(f[:_MAX_FRAME] for f in frames))


def comes_from_disconnect(error: BaseException) -> bool:
    """Whether `ClientDisconnected` is the error, caused it, or is in its group."""
    return any(isinstance(e, ClientDisconnected) for e in _family(error, set()))


def _family(error: BaseException | None, seen: set[int]) -> Iterator[BaseException]:
    if error is None or id(error) in seen:
        return
    seen.add(id(error))
    yield error
    yield from _family(error.__cause__, seen)
    yield from _family(error.__context__, seen)
    if isinstance(error, BaseExceptionGroup):
        for member in error.exceptions:
            yield from _family(member, seen)


def _header_safe(text: str) -> str:
    return "".join(c for c in text if c.isascii() and c.isprintable())[:200] or "Function.Unknown"
