"""The end of an execution that did not succeed: a stage, a code, a plain reason, and whether a retry can help."""

import json
from typing import Any

from docqa.core.errors import DocQAError, InvalidSetting, ProcessingFailed, ProcessingTimedOut, error_by_name
from docqa.core.ids import parse_upload_key
from docqa.core.models import Failure, VersionKey
from docqa.core.ports import IngestStore


class FailureStage:
    """Handles the EventBridge event "Step Functions Execution Status Change" of a failed execution."""

    def __init__(self, *, store: IngestStore) -> None:
        self._store = store

    async def run(self, detail: dict[str, Any]) -> bool:
        """Whether a document was marked as failed: only the execution that holds the claim may do so."""
        return await self._store.fail(
            failed_version(detail), execution_id=str(detail["executionArn"]), failure=explain(detail)
        )


def failed_version(detail: dict[str, Any]) -> VersionKey:
    """The version that the execution was about, from its input. Raises InvalidRequest."""
    return parse_upload_key(str(json.loads(detail["input"])["key"]))


def explain(detail: dict[str, Any]) -> Failure:
    """Turn an execution's error and cause into a reason for a person.

    `error` is the class name of what a Lambda raised, `cause` its JSON with `errorMessage` (Step Functions
    developer guide, "Handling errors"). What is not one of our errors, or is wrong with a setting, is a failure of the
    platform, and its text stays in the logs.
    """
    if detail.get("status") == "TIMED_OUT" or detail.get("error") == "States.Timeout":
        return _failure(ProcessingTimedOut())
    cls = error_by_name(str(detail.get("error") or ""))
    if cls is None or cls is InvalidSetting:
        return _failure(ProcessingFailed())
    return _failure(cls(_message(detail.get("cause"))))


def _failure(error: DocQAError) -> Failure:
    return Failure(stage=None, code=error.code, message=error.message, retryable=error.retryable)


def _message(cause: Any) -> str | None:
    try:
        message = json.loads(str(cause))["errorMessage"]
    except (ValueError, KeyError, TypeError):
        return None
    return str(message) or None
