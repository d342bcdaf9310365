"""The ingest state machine in Amazon States Language, as plain data.

https://docs.aws.amazon.com/step-functions/latest/dg/concepts-amazon-states-language.html
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

State = dict[str, Any]

TIMEOUT_SECONDS = 30 * 60
STEPS = ("claim", "parse", "chunk", "embed", "publish")

# what Lambda itself answers when it is busy or broken: worth more patience than an error of our own
_SERVICE_ERRORS = [
    "Lambda.ClientExecutionTimeoutException",
    "Lambda.ServiceException",
    "Lambda.AWSLambdaException",
    "Lambda.SdkClientException",
    "Lambda.TooManyRequestsException",
]


def placeholder(step: str) -> str:
    """Name of the substitution that CloudFormation fills with the ARN of a step's function."""
    return f"{step.capitalize()}Function"


def definition(*, permanent_errors: Sequence[str], parse_concurrency: int, embed_concurrency: int) -> State:
    """claim → parse ranges → chunk → embed batches → publish.

    permanent_errors: error names that no retry can mend. Nothing is caught: an error ends the execution as FAILED, and
    a rule on that event tells the document. State carries keys, never content.
    """

    def task(step: str, payload: State, then: State) -> State:
        return {
            "Type": "Task",
            "Resource": f"${{{placeholder(step)}}}",
            "Parameters": payload,
            "Retry": _retries(permanent_errors),
            **then,
        }

    job: State = {"job.$": "$.job"}
    claim: State = {f"{name}.$": f"$.{name}" for name in ("bucket", "key", "size", "event_id")}
    return {
        "Comment": "DocQA ingest: an uploaded object becomes a searchable document version",
        "StartAt": "Claim",
        "TimeoutSeconds": TIMEOUT_SECONDS,
        "States": {
            "Claim": task("claim", {**claim, "execution_id.$": "$$.Execution.Id"}, {"Next": "Claimed"}),
            "Claimed": {
                "Type": "Choice",
                "Choices": [{"Variable": "$.claimed", "BooleanEquals": False, "Next": "AlreadyClaimed"}],
                "Default": "ParseRanges",
            },
            "AlreadyClaimed": {"Type": "Succeed"},
            "ParseRanges": _map(
                "$.ranges",
                {**job, "range.$": "$$.Map.Item.Value"},
                parse_concurrency,
                {"ParseRange": task("parse", {**job, "range.$": "$.range"}, {"End": True})},
                "Chunk",
            ),
            "Chunk": task("chunk", job, {"Next": "EmbedBatches"}),
            "EmbedBatches": _map(
                "$.batches",
                {**job, "batch.$": "$$.Map.Item.Value"},
                embed_concurrency,
                {"EmbedBatch": task("embed", {**job, "batch.$": "$.batch"}, {"End": True})},
                "Publish",
            ),
            "Publish": task("publish", job, {"Next": "Ready"}),
            "Ready": {"Type": "Succeed"},
        },
    }


def _map(items: str, selector: State, concurrency: int, states: dict[str, State], following: str) -> State:
    return {
        "Type": "Map",
        "ItemsPath": items,
        "ItemSelector": selector,
        "MaxConcurrency": concurrency,
        "ItemProcessor": {"ProcessorConfig": {"Mode": "INLINE"}, "StartAt": next(iter(states)), "States": states},
        "ResultPath": None,  # results lie in the artifacts bucket and the database
        "Next": following,
    }


def _retries(permanent_errors: Sequence[str]) -> list[State]:
    """The first retrier that names the error counts, so the permanent ones come first."""
    return [
        *([{"ErrorEquals": list(permanent_errors), "MaxAttempts": 0}] if permanent_errors else []),
        _backoff(_SERVICE_ERRORS, attempts=8),
        _backoff(["States.ALL"], attempts=3),
    ]


def _backoff(errors: list[str], *, attempts: int) -> State:
    return {
        "ErrorEquals": errors,
        "IntervalSeconds": 1,
        "BackoffRate": 2,
        "MaxAttempts": attempts,
        "MaxDelaySeconds": 60,
        "JitterStrategy": "FULL",
    }
