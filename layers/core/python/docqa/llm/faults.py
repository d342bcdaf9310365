"""From a vendor's refusal to one of our errors: one table by status, one by the vendor's own words for it.

The words win where both speak: money that ran out comes with 429 from one vendor and 402 from another, an overload in
the middle of a stream with 200.
"""

import math
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from docqa.core.errors import (
    AnswerBroken,
    ContextTooLong,
    CreditSpent,
    KeyRefused,
    ModelUnknown,
    ProviderError,
    ProviderOverloaded,
    ProviderRateLimited,
    ProviderRefused,
    ProviderTimeout,
    ProviderUnreachable,
)

LONGEST_RETRY_AFTER_S = 3_600.0

_BY_WORD: Mapping[str, type[ProviderError]] = {
    error: kind
    for kind, words in {
        KeyRefused: "invalid_api_key authentication_error permission_error accessdeniedexception "
        "unrecognizedclientexception invalidsignatureexception expiredtokenexception",
        CreditSpent: "insufficient_quota credit_balance_exhausted billing_error enforced_spend_limit_reached "
        "contract_spend_limit_reached",
        ModelUnknown: "model_not_found model_decommissioned not_found_error notfounderror resourcenotfoundexception",
        ContextTooLong: "context_length_exceeded exceed_context_size_error request_too_large",
        ProviderRateLimited: "rate_limit_exceeded rate_limit_error slow_down throttlingexception "
        "modelnotreadyexception",
        ProviderTimeout: "timeout_error modeltimeoutexception",
        ProviderOverloaded: "overloaded_error api_error server_error service_unavailable_error server_is_overloaded "
        "unavailable_error internalserverexception serviceunavailableexception modelerrorexception "
        "modelstreamerrorexception",
        AnswerBroken: "tool_use_failed json_validate_failed",
    }.items()
    for error in words.split()
}
_BY_STATUS: Mapping[int, type[ProviderError]] = {
    401: KeyRefused,
    402: CreditSpent,
    403: KeyRefused,
    404: ModelUnknown,
    408: ProviderTimeout,
    413: ContextTooLong,
    424: ProviderOverloaded,
    429: ProviderRateLimited,
    498: ProviderOverloaded,
    504: ProviderTimeout,
}
_TOO_LONG = re.compile(
    r"maximum context length|context (?:size|window|length)|prompt is too long|too many tokens|input is too long"
    r"|reduce the length",
    re.IGNORECASE,
)
_NO_SUCH_MODEL = re.compile(r"model identifier|on-demand throughput|model .{0,80}does not exist", re.IGNORECASE)
_NO_MONEY = re.compile(r"spend(?:ing)? limit|credit balance", re.IGNORECASE)


def refused(
    provider: str,
    status: int | None,
    *,
    words: tuple[object, ...] = (),
    message: object = "",
    headers: Mapping[str, str] | None = None,
    by_status: Mapping[int, type[ProviderError]] | None = None,
) -> ProviderError:
    """The error for an answer that is none. `words`: the vendor's code and type, the more exact one first.

    `status` None: the refusal came in the middle of an answer. `by_status` goes before the common table.
    """
    word = next((str(each).lower() for each in words if each and str(each).lower() in _BY_WORD), "")
    kind = _by_message(str(message), status) or _BY_WORD.get(word)
    if kind is None:
        kind = _kind_of_status(status, by_status or {})
    details: dict[str, object] = {"provider": provider}
    vendor_code = next((str(each) for each in words if each), "")
    if status is not None:
        details["status"] = status
    if vendor_code:
        details["vendor_code"] = vendor_code[:64]
    wait = retry_after_s(headers or {})
    if wait is not None:
        details["retry_after_s"] = wait
    return kind(None, **details)


def timed_out(provider: str) -> ProviderTimeout:
    return ProviderTimeout(provider=provider)


def unreachable(provider: str, error: BaseException) -> ProviderUnreachable:
    return ProviderUnreachable(provider=provider, cause=type(error).__name__)


def broken(provider: str, cause: str) -> AnswerBroken:
    """`cause`: what is wrong with the answer, in a word of ours."""
    return AnswerBroken(provider=provider, cause=cause)


def _by_message(message: str, status: int | None) -> type[ProviderError] | None:
    """What some vendors tell in a sentence only, under a status that says less."""
    if status not in (None, 400, 422):
        return None
    if _TOO_LONG.search(message):
        return ContextTooLong
    if _NO_MONEY.search(message):
        return CreditSpent
    if _NO_SUCH_MODEL.search(message):
        return ModelUnknown
    return None


def _kind_of_status(status: int | None, special: Mapping[int, type[ProviderError]]) -> type[ProviderError]:
    if status is None:
        return AnswerBroken
    if status in special:
        return special[status]
    if status in _BY_STATUS:
        return _BY_STATUS[status]
    if status >= 500:
        return ProviderOverloaded
    return ProviderRefused if status >= 400 else AnswerBroken


def retry_after_s(headers: Mapping[str, str]) -> float | None:
    """Seconds that the headers ask to wait (RFC 9110, section 10.2.3, and the vendors' `retry-after-ms`)."""
    said = {name.lower(): value for name, value in headers.items()}
    try:
        if "retry-after-ms" in said:
            return _bounded(float(said["retry-after-ms"]) / 1000)
        if "retry-after" in said:
            return _bounded(float(said["retry-after"]))
    except ValueError:
        return _until(said["retry-after"]) if "retry-after" in said else None
    return None


def _until(when: str) -> float | None:
    try:
        then = parsedate_to_datetime(when)
    except ValueError:
        return None
    if then.tzinfo is None:
        then = then.replace(tzinfo=UTC)
    return _bounded((then - datetime.now(UTC)).total_seconds())


def _bounded(seconds: float) -> float | None:
    return min(max(seconds, 0.0), LONGEST_RETRY_AFTER_S) if math.isfinite(seconds) else None
