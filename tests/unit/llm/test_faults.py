"""What the headers and words of vendors mean."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from docqa.core.errors import (
    AnswerBroken,
    ContextTooLong,
    CreditSpent,
    ProviderError,
    ProviderOverloaded,
    ProviderRateLimited,
    ProviderRefused,
)
from docqa.llm.faults import LONGEST_RETRY_AFTER_S, refused, retry_after_s


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"Retry-After": "7"}, 7.0),
        ({"retry-after": "0.5"}, 0.5),
        ({"retry-after-ms": "250", "retry-after": "9"}, 0.25),
        ({"retry-after": "-3"}, 0.0),
        ({"retry-after": "999999"}, LONGEST_RETRY_AFTER_S),
        ({"retry-after": "nan"}, None),
        ({"retry-after": "soon"}, None),
        ({"retry-after-ms": "x", "retry-after": "3"}, None),
        ({"retry-after": "Wed, 21 Oct 2015 07:28:00 GMT"}, 0.0),
    ],
)
def test_retry_after(headers: dict[str, str], seconds: float | None) -> None:
    assert retry_after_s(headers) == seconds


def test_retry_after_may_be_a_date() -> None:
    then = format_datetime(datetime.now(UTC) + timedelta(seconds=60), usegmt=True)
    found = retry_after_s({"retry-after": then})
    assert found is not None
    assert 57 < found <= 60


@pytest.mark.parametrize(
    ("status", "words", "message", "kind"),
    [
        (429, ("insufficient_quota",), "", CreditSpent),
        (429, (None, "tokens"), "", ProviderRateLimited),
        (None, ("overloaded_error",), "", ProviderOverloaded),
        (None, (), "", AnswerBroken),
        (400, (), "This model's maximum context length is 8192 tokens.", ContextTooLong),
        (500, (), "maximum context length", ProviderOverloaded),
        (400, ("invalid_request_error",), "You have reached your specified spending limit", CreditSpent),
        (418, (), "", ProviderRefused),
        (599, (), "", ProviderOverloaded),
        (200, (), "", AnswerBroken),
    ],
)
def test_words_win_over_the_status(
    status: int | None, words: tuple[object, ...], message: str, kind: type[ProviderError]
) -> None:
    assert type(refused("p", status, words=words, message=message)) is kind


def test_no_text_of_the_vendor_is_kept() -> None:
    error = refused("p", 401, words=("invalid_api_key",), message="Incorrect API key provided: sk-abc")
    assert "sk-abc" not in f"{error} {error.message} {error.details}"
    assert error.details == {"provider": "p", "status": 401, "vendor_code": "invalid_api_key"}
