"""One invocation as the Runtime API hands it out, and the context object an application sees."""

import json
import os
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Context:
    """`scope["aws.context"]`: the attributes of the managed runtime's context object, and a few more."""

    aws_request_id: str
    deadline_ms: int
    """Unix time in milliseconds at which Lambda ends the invocation."""
    invoked_function_arn: str
    trace_id: str | None = None
    tenant_id: str | None = None
    client_context: Any = None
    """The decoded Lambda-Runtime-Client-Context, if the caller sent one."""
    identity: Any = None
    function_name: str = field(default_factory=lambda: os.environ.get("AWS_LAMBDA_FUNCTION_NAME", ""))
    function_version: str = field(default_factory=lambda: os.environ.get("AWS_LAMBDA_FUNCTION_VERSION", ""))
    memory_limit_in_mb: str = field(default_factory=lambda: os.environ.get("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", ""))
    log_group_name: str = field(default_factory=lambda: os.environ.get("AWS_LAMBDA_LOG_GROUP_NAME", ""))
    log_stream_name: str = field(default_factory=lambda: os.environ.get("AWS_LAMBDA_LOG_STREAM_NAME", ""))

    def get_remaining_time_in_millis(self) -> int:
        """Milliseconds until the deadline, never below 0."""
        return max(0, self.deadline_ms - int(time.time() * 1000))


@dataclass(frozen=True)
class Invocation:
    """What `GET /runtime/invocation/next` answered."""

    context: Context
    payload: bytes

    @property
    def request_id(self) -> str:
        return self.context.aws_request_id

    def wants_buffered(self) -> bool:
        """Whether this caller asked for a whole answer: client context `{"custom": {"streaming": "off"}}`."""
        context = self.context.client_context
        custom = context.get("custom") if isinstance(context, dict) else None
        return isinstance(custom, dict) and custom.get("streaming") == "off"


def invocation_from(headers: Mapping[str, str], payload: bytes) -> Invocation:
    """`headers` by lower-case name. A missing request id is a broken Runtime API: KeyError."""
    context = Context(
        aws_request_id=headers["lambda-runtime-aws-request-id"],
        deadline_ms=int(headers.get("lambda-runtime-deadline-ms") or 0),
        invoked_function_arn=headers.get("lambda-runtime-invoked-function-arn", ""),
        trace_id=headers.get("lambda-runtime-trace-id"),
        tenant_id=headers.get("lambda-runtime-aws-tenant-id"),
        client_context=_json_or_none(headers.get("lambda-runtime-client-context")),
        identity=_json_or_none(headers.get("lambda-runtime-cognito-identity")),
    )
    return Invocation(context, payload)


def _json_or_none(text: str | None) -> Any:
    """The caller writes the client context freely; what is not JSON is no context rather than a failed invocation."""
    try:
        return json.loads(text) if text else None
    except ValueError:
        return None
