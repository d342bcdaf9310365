"""The event of a function URL: payload format 2.0.

https://docs.aws.amazon.com/lambda/latest/dg/urls-invocation.html#urls-payloads
"""

import base64
import time
from typing import Any

NOT_PASSED_ON = frozenset({"connection", "cookie", "x-localstack-tgt-api", "x-localstack-request-url"})
TEXT_TYPES = ("text/", "application/json", "application/javascript", "application/xml", "+json", "+xml")


def function_url_event(request: Any, url_id: str, path: str, request_id: str) -> dict[str, Any]:
    """The event of a werkzeug request; `path` is the path below the URL."""
    headers: dict[str, str] = {}
    for name, value in request.headers.items():
        key = name.lower()
        if key not in NOT_PASSED_ON:
            headers[key] = f"{headers[key]},{value}" if key in headers else value
    source_ip = request.remote_addr or ""
    headers |= {
        "x-forwarded-for": source_ip,
        "x-forwarded-proto": request.scheme,
        "x-forwarded-port": request.host.partition(":")[2] or "80",
    }
    now = time.time()
    event: dict[str, Any] = {
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": path,
        "rawQueryString": request.query_string.decode("latin-1"),
        "headers": headers,
        "requestContext": {
            "accountId": "anonymous",
            "apiId": url_id,
            "domainName": request.host,
            "domainPrefix": url_id,
            "http": {
                "method": request.method,
                "path": path,
                "protocol": request.environ.get("SERVER_PROTOCOL", "HTTP/1.1"),
                "sourceIp": source_ip,
                "userAgent": request.headers.get("User-Agent", ""),
            },
            "requestId": request_id,
            "routeKey": "$default",
            "stage": "$default",
            "time": time.strftime("%d/%b/%Y:%H:%M:%S +0000", time.gmtime(now)),
            "timeEpoch": int(now * 1000),
        },
        "isBase64Encoded": False,
    }
    if cookies := request.headers.get("Cookie"):
        event["cookies"] = [cookie.strip() for cookie in cookies.split(";")]
    if request.args:
        event["queryStringParameters"] = {name: ",".join(request.args.getlist(name)) for name in request.args}
    if body := request.get_data():
        event["body"], event["isBase64Encoded"] = encoded_body(body, request.headers.get("Content-Type", ""))
    return event


def encoded_body(body: bytes, content_type: str) -> tuple[str, bool]:
    """(body as text, whether it is in base64): text only where the content type says so."""
    if any(kind in content_type.lower() for kind in TEXT_TYPES):
        try:
            return body.decode(), False
        except UnicodeDecodeError:
            pass
    return base64.b64encode(body).decode(), True
