"""Status and headers in the forms that Lambda's front ends take.

Streamed: a JSON prelude, eight NULs, then the body. Keys `statusCode`, `headers`, `multiValueHeaders`, `cookies`, all
of it within the first 16 KB ("Set up a Lambda proxy integration with payload response streaming in API Gateway").
Function URLs take the same without `multiValueHeaders`. Buffered: the proxy response of payload 1.0 or 2.0.
"""

import base64
import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from streaming_runtime.errors import ProtocolViolation, ResponseTooLarge
from streaming_runtime.events import Payload

DELIMITER = b"\0" * 8
MAX_PRELUDE = 16 * 1024
MAX_BUFFERED = 6 * 1024 * 1024  # Lambda quotas: synchronous response payload

# The front end frames the body itself. A length next to its chunks would break RFC 9112, 6.2.
_FRAMING = frozenset({"connection", "content-length", "keep-alive", "trailer", "transfer-encoding", "upgrade"})
_TEXT_TYPES = ("application/json", "application/javascript", "application/xml", "application/x-www-form-urlencoded")


@dataclass(frozen=True)
class ResponseHead:
    """What `http.response.start` said; header names lower case, in the order sent."""

    status: int
    headers: tuple[tuple[str, str], ...]

    @classmethod
    def of(cls, status: Any, headers: Iterable[Iterable[bytes]]) -> "ResponseHead":
        """Raises ProtocolViolation for anything but a status number and pairs of byte strings."""
        if not isinstance(status, int) or not 100 <= status <= 999:
            raise ProtocolViolation(f"http.response.start has the status {status!r}")
        try:
            pairs = tuple((name.decode("latin-1").lower(), value.decode("latin-1")) for name, value in headers)
        except (AttributeError, TypeError, ValueError) as error:
            raise ProtocolViolation("http.response.start headers must be pairs of byte strings") from error
        return cls(int(status), pairs)

    def first(self, name: str) -> str:
        return next((value for key, value in self.headers if key == name), "")

    @property
    def is_event_stream(self) -> bool:
        return self.first("content-type").partition(";")[0].strip().lower() == "text/event-stream"

    @property
    def has_no_body(self) -> bool:
        return self.status in (204, 304) or self.status < 200


def streaming_prelude(head: ResponseHead, payload: Payload, *, empty: bool) -> bytes:
    """The prelude with its delimiter. `empty`: the body is known to be empty, and is said to be.

    Raises ProtocolViolation if the headers do not fit a REST API's limit.
    """
    single, multi, cookies = _grouped(head)
    if empty and not head.has_no_body:
        single["content-length"] = "0"
    fields: dict[str, Any] = {"statusCode": head.status, "headers": single}
    if payload == "1.0" and multi:
        fields["multiValueHeaders"] = multi
    else:
        single.update({name: ", ".join(values) for name, values in multi.items()})
    if cookies:
        fields["cookies"] = cookies
    encoded = json.dumps(fields, separators=(",", ":")).encode() + DELIMITER
    if payload == "1.0" and len(encoded) > MAX_PRELUDE:
        raise ProtocolViolation(f"the headers take {len(encoded)} bytes; API Gateway reads at most {MAX_PRELUDE}")
    return encoded


def buffered_answer(head: ResponseHead, payload: Payload, body: bytes) -> bytes:
    """The whole response as proxy JSON. Raises ResponseTooLarge."""
    single, multi, cookies = _grouped(head)
    text = _as_text(head, body)
    fields: dict[str, Any] = {
        "statusCode": head.status,
        "isBase64Encoded": text is None,
        "body": base64.b64encode(body).decode() if text is None else text,
    }
    if payload == "1.0":
        if cookies:
            multi["set-cookie"] = cookies
        fields |= {"headers": single, "multiValueHeaders": multi}
    else:
        fields |= {"headers": single | {name: ", ".join(v) for name, v in multi.items()}, "cookies": cookies}
    encoded = json.dumps(fields).encode()
    if len(encoded) > MAX_BUFFERED:
        raise ResponseTooLarge(f"the response takes {len(encoded)} bytes; Lambda returns at most {MAX_BUFFERED}")
    return encoded


def _grouped(head: ResponseHead) -> tuple[dict[str, str], dict[str, list[str]], list[str]]:
    """(headers sent once, headers sent repeatedly, cookies)."""
    values: dict[str, list[str]] = {}
    for name, value in head.headers:
        if name not in _FRAMING:
            values.setdefault(name, []).append(value)
    cookies = values.pop("set-cookie", [])
    single = {name: found[0] for name, found in values.items() if len(found) == 1}
    return single, {name: found for name, found in values.items() if len(found) > 1}, cookies


def _as_text(head: ResponseHead, body: bytes) -> str | None:
    """The body as text if its type says so and it is UTF-8; None means base64."""
    kind = head.first("content-type").partition(";")[0].strip().lower()
    textual = kind.startswith("text/") or kind in _TEXT_TYPES or kind.endswith(("+json", "+xml"))
    if body and (not textual or head.first("content-encoding") not in ("", "identity")):
        return None
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError:
        return None
