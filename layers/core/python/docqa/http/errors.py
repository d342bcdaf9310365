"""One shape for every error: `{"error": {"code", "message", "retryable", "request_id"}}`."""

from collections.abc import Sequence
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from docqa.core.errors import DocQAError, InvalidRequest, InvalidSetting, NotFound, Unauthenticated
from docqa.http import chat_wire
from docqa.observability import EventLog

log = EventLog()

CHAT_PREFIX = "/v1/"
"""Below it stands another API, with another shape of errors."""


def install(app: FastAPI) -> None:
    """Register the handlers; what nobody foresaw becomes a 500 with a request id and a log line, and nothing more.

    Before any other middleware is added, so that a 500 gets the headers that they give.
    """
    app.add_exception_handler(DocQAError, _known)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _http)
    app.add_middleware(Unforeseen)


def error_body(error: DocQAError, request_id: str) -> dict[str, Any]:
    """The JSON of an error."""
    return {
        "error": {
            "code": error.code,
            "message": error.message,
            "retryable": error.retryable,
            "request_id": request_id,
        }
    }


def shown(error: Exception) -> DocQAError:
    """What may be told of an error. What nobody foresaw, or what is wrong with a setting, stays in the log."""
    return error if isinstance(error, DocQAError) and not isinstance(error, InvalidSetting) else DocQAError()


def request_id(request: Request) -> str:
    """Set by the request-id middleware; the Lambda request id where there is one."""
    return str(request.scope.get("docqa.request_id", ""))


def _answer(request: Request, error: DocQAError, status: int | None = None) -> JSONResponse:
    headers = {"WWW-Authenticate": "Bearer"} if isinstance(error, Unauthenticated) else {}
    body = error_body(error, request_id(request))
    if request.scope["path"].startswith(CHAT_PREFIX):
        body = chat_wire.error_answer(error.message, error.code)
        headers["x-should-retry"] = "false"  # OpenAI's clients would ask three times, and each answer is paid for
    return JSONResponse(body, status_code=status or error.status, headers=headers)


async def _known(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, DocQAError)
    if error.status >= 500:
        log.exception("request_failed", code=error.code, path=request.url.path, request_id=request_id(request))
    return _answer(request, shown(error))


async def _invalid(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)
    return _answer(request, InvalidRequest(_sentence(error.errors())), status=422)


async def _http(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)
    if error.status_code == 404:
        return _answer(request, NotFound("There is no such address."))
    answer = _answer(request, InvalidRequest(str(error.detail)), status=error.status_code)
    answer.headers.update(error.headers or {})  # `Allow` of a 405
    return answer


class Unforeseen:
    """Innermost middleware: an error that no handler knows becomes an answer, unless the answer has begun."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        begun = False

        async def watched(message: Message) -> None:
            nonlocal begun
            begun = begun or message["type"] == "http.response.start"
            await send(message)

        try:
            await self.app(scope, receive, watched)
        except Exception:
            if begun or scope["type"] != "http":
                raise
            request = Request(scope)
            log.exception("request_failed", code=DocQAError.code, path=request.url.path, request_id=request_id(request))
            await _answer(request, DocQAError())(scope, receive, send)


def _sentence(errors: Sequence[Any]) -> str:
    parts = [f"{'.'.join(str(p) for p in e['loc'] if p != 'body') or 'body'}: {e['msg']}" for e in errors]
    return "The request is not valid: " + "; ".join(parts)
