"""CORS of function URLs, as their configuration says.

https://docs.aws.amazon.com/lambda/latest/dg/urls-configuration.html#urls-cors

LocalStack checks origins at its edge, before any function: an unknown origin gets 403, and a preflight is answered
with LocalStack's own headers. Function URLs are taken out of that (REST APIs already are).
"""

from http import HTTPStatus
from types import ModuleType
from typing import Any

PATH_PREFIX = "/_aws/lambda-url/"
"""Where function URLs answer without wildcard host names."""

LISTS = {"AllowMethods": "Access-Control-Allow-Methods", "AllowHeaders": "Access-Control-Allow-Headers"}


def leave_function_urls_alone(module: ModuleType) -> None:
    """Patch localstack.aws.handlers.cors."""
    original = module.should_enforce_self_managed_service

    def should_enforce(context: Any) -> bool:
        if ".lambda-url." in context.request.host or context.request.path.startswith(PATH_PREFIX):
            return False
        return bool(original(context))

    module.should_enforce_self_managed_service = should_enforce  # type: ignore[attr-defined]


def preflight_response(cors: Any, request: Any) -> Any:
    """The answer to a preflight request, which the function never sees; None when it is not one."""
    from localstack.http import Response

    if request.method != "OPTIONS" or "Access-Control-Request-Method" not in request.headers:
        return None
    response = Response(status=HTTPStatus.OK)
    if add_cors_headers(response, cors, request.headers.get("Origin")):
        for key, header in LISTS.items():
            if cors.get(key):
                response.headers[header] = ",".join(cors[key])
        if cors.get("MaxAge"):
            response.headers["Access-Control-Max-Age"] = str(cors["MaxAge"])
    return response


def add_cors_headers(response: Any, cors: Any, origin: str | None) -> bool:
    """Add what every answer to an allowed origin carries; returns whether `origin` is allowed."""
    allowed = cors.get("AllowOrigins") or []
    if not origin or ("*" not in allowed and origin not in allowed):
        return False
    credentials = bool(cors.get("AllowCredentials"))
    # Added, not set: AWS does not merge them with the function's own, and a browser refuses two
    response.headers.add("Access-Control-Allow-Origin", "*" if "*" in allowed and not credentials else origin)
    response.headers.add("Vary", "Origin")
    if credentials:
        response.headers["Access-Control-Allow-Credentials"] = "true"
    if cors.get("ExposeHeaders"):
        response.headers["Access-Control-Expose-Headers"] = ",".join(cors["ExposeHeaders"])
    return True
