"""Handler package.inner.app, and a module that runs an event loop while it is imported."""

import asyncio

from streaming_runtime.types import Receive, Scope, Send


async def _prepare() -> bytes:
    return b"prepared"


PREPARED = asyncio.run(_prepare())


async def app(scope: Scope, receive: Receive, send: Send) -> None:
    if scope["type"] == "http":
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": PREPARED})
