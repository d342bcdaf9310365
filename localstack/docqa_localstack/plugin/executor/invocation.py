"""One invocation on its way through an environment, and the error bodies that Lambda itself writes."""

import json
import threading
import time
from concurrent.futures import Future, InvalidStateError
from dataclasses import dataclass, field

from docqa_localstack.plugin.executor.stream import ResponseStream


@dataclass(frozen=True, slots=True)
class Outcome:
    """payload: the function's answer, or an error body as JSON when is_error."""

    payload: bytes
    is_error: bool = False


@dataclass(slots=True)
class PendingInvocation:
    """An invocation from the moment it is given to an environment.

    timeout_s: the function's timeout; the deadline counts from the moment when the runtime takes the invocation.
    stream: where a streamed answer goes; None: it is collected.
    """

    request_id: str
    payload: bytes
    arn: str
    trace_id: str
    timeout_s: float
    client_context: str | None = None
    stream: ResponseStream | None = None
    outcome: "Future[Outcome]" = field(default_factory=Future)
    taken: threading.Event = field(default_factory=threading.Event)
    deadline: float = 0.0

    def take(self) -> None:
        """The runtime has asked for it: start the clock (`deadline`, Unix time in seconds)."""
        self.deadline = time.time() + self.timeout_s
        self.taken.set()

    def resolve(self, outcome: Outcome) -> bool:
        """Set the outcome unless there is one already; returns whether it was set."""
        try:
            self.outcome.set_result(outcome)
        except InvalidStateError:
            return False
        self.taken.set()  # whoever waits for the process to take it waits no longer, even if it never did
        return True


def error_body(error_type: str, message: str) -> bytes:
    return json.dumps({"errorType": error_type, "errorMessage": message}).encode()


def platform_error(error_type: str, request_id: str, message: str) -> Outcome:
    """An error that Lambda, not the function, reports, in the words of the managed service."""
    return Outcome(error_body(error_type, f"RequestId: {request_id} Error: {message}"), is_error=True)
