"""Things that are not applications, and applications that cannot start."""

import sys

from knock import knock

from streaming_runtime.types import Receive, Scope, Send


def handler(event: object, context: object) -> dict[str, int]:
    return {"statusCode": 200}


not_callable = {"a": 1}


async def startup_fails(scope: Scope, receive: Receive, send: Send) -> None:
    await receive()
    await send({"type": "lifespan.startup.failed", "message": "the database is not there"})


async def startup_raises(scope: Scope, receive: Receive, send: Send) -> None:
    await receive()
    raise ConnectionError("the database is not there")


async def startup_exits(scope: Scope, receive: Receive, send: Send) -> None:
    sys.exit(9)


async def waits_for_shutdown(scope: Scope, receive: Receive, send: Send) -> None:
    if scope["type"] == "lifespan":
        assert (await receive())["type"] == "lifespan.startup"
        await knock("startup")
        scope["state"]["answer"] = [42]
        await send({"type": "lifespan.startup.complete"})
        assert (await receive())["type"] == "lifespan.shutdown"
        print("closing what was opened")
        await send({"type": "lifespan.shutdown.complete"})
        return
    scope["state"]["mine"] = True  # must not be seen by the next request
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": str(scope["state"]).encode()})
