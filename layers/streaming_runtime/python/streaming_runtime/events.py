"""From a Lambda event to an HTTP request.

Two shapes are known: payload 2.0 (function URLs, HTTP APIs) and payload 1.0 (REST API proxy integrations, buffered or
streamed). Sources: "Invoking Lambda function URLs" and "Input format of a Lambda function for proxy integration".
"""

import base64
import binascii
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal
from urllib.parse import quote, unquote, urlencode

from streaming_runtime.errors import UnknownEvent
from streaming_runtime.invocation import Context
from streaming_runtime.types import Scope

Payload = Literal["1.0", "2.0"]
RawHeaders = list[tuple[bytes, bytes]]

_PATH_SAFE = "/%:@!$&'()*+,;=~"  # RFC 3986 pchar, and "%" because the path may be encoded already


@dataclass(frozen=True)
class Request:
    """An HTTP request; `path` is percent-encoded and without the stage, header names are lower case."""

    payload: Payload
    method: str
    path: str
    query: str
    headers: RawHeaders
    source_ip: str | None
    protocol: str
    body: bytes

    def header(self, name: bytes) -> str | None:
        return next((value.decode("latin-1") for key, value in self.headers if key == name), None)


def parse_event(event: Any) -> Request:
    """Raises UnknownEvent for what is not an HTTP request in a known shape."""
    if isinstance(event, dict):
        try:
            if event.get("version") == "2.0" and "http" in event["requestContext"]:
                return _from_payload_2(event)
            if "httpMethod" in event and "path" in event:
                return _from_payload_1(event)
        except (KeyError, TypeError, AttributeError, binascii.Error) as error:
            raise UnknownEvent(f"the HTTP event is not complete: {type(error).__name__} {error}") from error
    keys = ", ".join(sorted(map(str, event))[:10]) if isinstance(event, dict) else type(event).__name__
    raise UnknownEvent(f"not a function URL or REST API proxy event (it has: {keys or 'nothing'})")


def scope_of(request: Request, event: Any, context: Context, state: Mapping[str, Any] | None) -> Scope:
    """The ASGI HTTP scope. `state` is what lifespan left; each request gets a shallow copy, as ASGI asks."""
    host, _, port = (request.header(b"host") or "lambda").partition(":")
    scheme = request.header(b"x-forwarded-proto") or "https"
    scope: Scope = {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.4"},
        "http_version": request.protocol.partition("/")[2] or "1.1",
        "method": request.method,
        "scheme": scheme,
        "path": unquote(request.path, errors="replace"),
        "raw_path": request.path.encode("ascii"),
        "query_string": request.query.encode("latin-1", "replace"),
        "root_path": "",
        "headers": request.headers,
        "client": (request.source_ip, 0) if request.source_ip else None,
        "server": (host, int(port) if port.isdecimal() else {"http": 80}.get(scheme, 443)),
        "extensions": {},
        "aws.event": event,
        "aws.context": context,
    }
    if state is not None:
        scope["state"] = dict(state)
    return scope


def _from_payload_2(event: dict[str, Any]) -> Request:
    context = event["requestContext"]
    http = context["http"]
    cookies = event.get("cookies") or []
    pairs = [(name, value) for name, value in (event.get("headers") or {}).items()]
    if cookies:
        pairs = [(name, value) for name, value in pairs if name.lower() != "cookie"]
        pairs.append(("cookie", "; ".join(cookies)))
    path = event["rawPath"]
    stage = context.get("stage", "$default")
    if stage != "$default":  # an HTTP API with a named stage; function URLs always have $default
        path = _without_first_segment(path, stage)
    return Request(
        payload="2.0",
        method=http["method"],
        path=_encoded(path),
        query=event.get("rawQueryString") or "",
        headers=_raw_headers(pairs),
        source_ip=http.get("sourceIp"),
        protocol=http.get("protocol") or "HTTP/1.1",
        body=_body(event),
    )


def _from_payload_1(event: dict[str, Any]) -> Request:
    context = event.get("requestContext") or {}
    return Request(
        payload="1.0",
        method=event["httpMethod"],
        path=_encoded(_route_path(event)),
        query=urlencode(_multi(event, "multiValueQueryStringParameters", "queryStringParameters"), quote_via=quote),
        headers=_raw_headers(_multi(event, "multiValueHeaders", "headers")),
        source_ip=(context.get("identity") or {}).get("sourceIp"),
        protocol=context.get("protocol") or "HTTP/1.1",
        body=_body(event),
    )


def _multi(event: dict[str, Any], many: str, single: str) -> list[tuple[str, str]]:
    """API Gateway sends both forms; the multi-value one is complete."""
    if event.get(many):
        return [(name, value) for name, values in event[many].items() for value in values]
    return list((event.get(single) or {}).items())


def _route_path(event: dict[str, Any]) -> str:
    """The path as the API's resources see it: without the stage, and without a custom domain's base path.

    `path` of a REST event has no stage, but a custom domain's base path mapping stays in it. What the resource template
    gives with its parameters filled in ("/api/{proxy+}") has neither.
    """
    path: str = event["path"] or "/"
    parameters = event.get("pathParameters") or {}
    resource = event.get("resource")
    if not resource:
        return _without_first_segment(path, (event.get("requestContext") or {}).get("stage") or "")
    filled = re.sub(r"\{([^{}]+?)\+?\}", lambda match: str(parameters.get(match[1]) or ""), resource)
    if filled == "/":
        return filled
    cut = len(path.rstrip("/")) - len(filled.rstrip("/"))
    if cut > 0 and unquote(path.rstrip("/")).endswith(unquote(filled.rstrip("/"))):
        tail = _tail(path, filled)
        return tail if tail is not None else path
    return path


def _tail(path: str, filled: str) -> str | None:
    """The shortest run of whole segments at the end of `path` that decodes to `filled`, keeping its encoding."""
    wanted = unquote(filled.rstrip("/"))
    starts = [match.start() for match in re.finditer("/", path)]
    return next((path[at:] for at in reversed(starts) if unquote(path[at:].rstrip("/")) == wanted), None)


def _without_first_segment(path: str, segment: str) -> str:
    if segment and (path == f"/{segment}" or path.startswith(f"/{segment}/")):
        return path[len(segment) + 1 :] or "/"
    return path


def _encoded(path: str) -> str:
    return quote(path, safe=_PATH_SAFE)


def _raw_headers(pairs: Iterable[tuple[str, str]]) -> RawHeaders:
    return [(str(name).lower().encode("latin-1", "replace"), _header_bytes(str(value))) for name, value in pairs]


def _header_bytes(value: str) -> bytes:
    """HTTP headers are latin-1; API Gateway decodes some (e.g. in a forwarded name) as UTF-8."""
    try:
        return value.encode("latin-1")
    except UnicodeEncodeError:
        return value.encode("utf-8")


def _body(event: dict[str, Any]) -> bytes:
    body = event.get("body") or ""
    return base64.b64decode(body, validate=True) if event.get("isBase64Encoded") else body.encode("utf-8", "replace")
