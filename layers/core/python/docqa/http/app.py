"""The app factory that both the api and the stream function use."""

import uuid
from collections.abc import Sequence
from typing import Any

from fastapi import APIRouter, FastAPI
from fastapi.openapi.utils import get_openapi
from starlette.middleware.cors import CORSMiddleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from docqa.http import errors
from docqa.http.services import Services

API_PREFIX = "/api/v1"
REQUEST_ID_HEADER = "x-request-id"


def create_app(
    services: Services,
    routers: Sequence[APIRouter],
    *,
    root: Sequence[APIRouter] = (),
    elsewhere: Sequence[APIRouter] = (),
    title: str = "DocQA",
) -> FastAPI:
    """An app that serves `routers` under `/api/v1`, those of `root` as they are. No page loads anything from elsewhere.

    `elsewhere`: what another function serves at the same address; `openapi.json` describes it, too.
    """
    app = FastAPI(
        title=title,
        version="1",
        openapi_url=f"{API_PREFIX}/openapi.json",
        docs_url=None,
        redoc_url=None,
    )
    app.state.services = services
    for router in routers:
        app.include_router(router, prefix=API_PREFIX)
    for router in root:
        app.include_router(router)
    if elsewhere:
        _describe(app, [*routers, *elsewhere])
    errors.install(app)
    if services.settings.cors_origins:
        app.add_middleware(
            Cors,
            allow_origins=list(services.settings.cors_origins),
            allow_methods=["GET", "POST", "PUT", "PATCH", "DELETE"],
            allow_headers=["authorization", "content-type", "last-event-id"],
            expose_headers=[REQUEST_ID_HEADER],
            max_age=600,
        )
    app.add_middleware(RequestId)
    return app


def _describe(app: FastAPI, routers: Sequence[APIRouter]) -> None:
    """Let `openapi.json` speak of all `routers`, whichever of them this app serves."""

    def schema() -> dict[str, Any]:
        if app.openapi_schema is None:
            everything = APIRouter()
            for router in routers:
                everything.include_router(router, prefix=API_PREFIX)
            app.openapi_schema = get_openapi(title=app.title, version=app.version, routes=everything.routes)
        return app.openapi_schema

    app.openapi = schema  # type: ignore[method-assign]  # FastAPI's documented way to replace it


class Cors(CORSMiddleware):
    """Behind a REST API the function sends the CORS headers; a function URL adds its own (developer guide, "Function
    URLs", "CORS"). Where both did, the header would stand there twice, and browsers refuse that."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if _by_function_url(scope):
            await self.app(scope, receive, send)
        else:
            await super().__call__(scope, receive, send)


class RequestId:
    """Names every request: Lambda's id of the invocation if there is one, so that answer and log lines meet."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await self.app(scope, receive, send)
        name = _lambda_request_id(scope) or str(uuid.uuid4())
        scope["docqa.request_id"] = name

        async def named(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message.get("headers", []), (REQUEST_ID_HEADER.encode(), name.encode())]
            await send(message)

        await self.app(scope, receive, named)


def _by_function_url(scope: Scope) -> bool:
    """Function URLs send payload format 2.0; a REST API's events have no version."""
    event = scope.get("aws.event")
    return isinstance(event, dict) and event.get("version") == "2.0"


def _lambda_request_id(scope: Scope) -> str | None:
    context = scope.get("aws.context")
    return getattr(context, "aws_request_id", None)
