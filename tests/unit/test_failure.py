"""An execution's end becomes a reason for a person."""

import json
from typing import Any

import pytest

from docqa.ingestion.failure import explain


def detail(status: str = "FAILED", error: str | None = None, message: str | None = None) -> dict[str, Any]:
    cause = json.dumps({"errorType": error, "errorMessage": message, "stackTrace": []}) if message is not None else None
    return {"status": status, "error": error, "cause": cause}


def test_our_errors_keep_code_and_sentence() -> None:
    failure = explain(detail(error="PasswordProtected", message="Remove the password."))
    assert (failure.code, failure.message, failure.retryable) == ("password_protected", "Remove the password.", False)


@pytest.mark.parametrize("error", ["Runtime.ExitError", "KeyError", "States.TaskFailed", None])
def test_other_errors_stay_in_the_logs(error: str | None) -> None:
    failure = explain(detail(error=error, message="secret internals"))
    assert (failure.code, failure.retryable) == ("processing_failed", True)
    assert "secret" not in failure.message


@pytest.mark.parametrize("event", [detail(status="TIMED_OUT"), detail(error="States.Timeout")])
def test_a_time_out_says_so(event: dict[str, Any]) -> None:
    assert explain(event).code == "processing_timed_out"


@pytest.mark.parametrize("cause", ["not json", "[]", "{}", None])
def test_a_cause_that_cannot_be_read_gives_the_errors_own_sentence(cause: str | None) -> None:
    failure = explain({"status": "FAILED", "error": "CorruptFile", "cause": cause})
    assert failure.code == "corrupt_file"
    assert failure.message
