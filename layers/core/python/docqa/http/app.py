"""The app factory that both the api and the stream function use."""

import uuid
from collections.abc import Sequence

from fastapi import APIRouter, FastAPI
from starlette.middleware.cors import CORSMiddleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from docqa.http import errors
from docqa.http.services import Services

API_PREFIX = "/api/v1"
REQUEST_ID_HEADER = "x-request-id"


def create_app(services: Services, routers: Sequence[APIRouter], *, title: str = "DocQA") -> FastAPI:
    """An app that serves `routers` under `/api/v1`. No page of it loads anything from elsewhere."""
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
    errors.install(app)
    if services.settings.cors_origins:
        app.add_middleware(
            CORSMiddleware,
            allow_origins=list(services.settings.cors_origins),
            allow_methods=["GET", "POST", "PUT", "PATCH", "DELETE"],
            allow_headers=["authorization", "content-type", "last-event-id"],
            expose_headers=[REQUEST_ID_HEADER],
            max_age=600,
        )
    app.add_middleware(RequestId)
    return app


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


def _lambda_request_id(scope: Scope) -> str | None:
    context = scope.get("aws.context")
    return getattr(context, "aws_request_id", None)
