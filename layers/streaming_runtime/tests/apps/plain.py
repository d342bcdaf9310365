"""Plain ASGI, one small behaviour a path; no framework between the test and the runtime."""

import asyncio
import json
import os
import sys
import threading
from collections.abc import Iterable
from pathlib import Path

from knock import knock

from streaming_runtime.types import Receive, Scope, Send

Headers = Iterable[tuple[str, str]]
TEXT: Headers = (("content-type", "text/plain"),)


async def start(send: Send, status: int = 200, headers: Headers = ()) -> None:
    raw = [(name.encode(), value.encode()) for name, value in headers]
    await send({"type": "http.response.start", "status": status, "headers": raw})


async def body(send: Send, data: bytes = b"", more: bool = False) -> None:
    await send({"type": "http.response.body", "body": data, "more_body": more})


async def whole(send: Send, data: bytes, status: int = 200, headers: Headers = TEXT) -> None:
    await start(send, status, headers)
    await body(send, data)


async def scope_as_json(scope: Scope, receive: Receive, send: Send) -> None:
    """Everything the application sees, as JSON."""
    message = await receive()
    context = scope["aws.context"]
    seen = {key: value for key, value in scope.items() if not key.startswith("aws.") and key != "state"}
    seen["headers"] = [[k.decode("latin-1"), v.decode("latin-1")] for k, v in scope["headers"]]
    seen["raw_path"], seen["query_string"] = scope["raw_path"].decode(), scope["query_string"].decode()
    seen["body"] = list(message["body"])
    seen["trace"] = os.environ.get("_X_AMZN_TRACE_ID")
    seen["event"] = scope["aws.event"]
    seen["context"] = {
        "request_id": context.aws_request_id,
        "arn": context.invoked_function_arn,
        "deadline_ms": context.deadline_ms,
        "remaining": context.get_remaining_time_in_millis(),
        "function": context.function_name,
        "memory": context.memory_limit_in_mb,
        "client": context.client_context,
        "trace_id": context.trace_id,
    }
    await whole(send, json.dumps(seen).encode(), headers=[("content-type", "application/json")])


async def steps(scope: Scope, receive: Receive, send: Send) -> None:
    """Three chunks, each made only after the test has let the application pass."""
    await start(send, headers=[("content-type", "text/plain")])
    for name in ("one", "two", "three"):
        await knock(name)
        await body(send, name.encode(), more=True)
    await body(send)


async def sse(scope: Scope, receive: Receive, send: Send) -> None:
    await start(send, headers=[("content-type", "text/event-stream; charset=utf-8")])
    await knock("after start")
    await body(send, b"data: 1\n\n", more=True)
    await knock("after first")
    await body(send, b"data: 2\n\n")


async def headers(scope: Scope, receive: Receive, send: Send) -> None:
    many = [
        ("content-type", "text/plain"),
        ("Set-Cookie", "a=1; Path=/"),
        ("set-cookie", "b=2; Expires=Wed, 21 Oct 2026 07:28:00 GMT"),
        ("vary", "accept"),
        ("vary", "origin"),
        ("content-length", "2"),
        ("connection", "keep-alive"),
    ]
    await whole(send, b"ok", 201, many)


async def huge_headers(scope: Scope, receive: Receive, send: Send) -> None:
    await whole(send, b"ok", headers=[(f"x-{n}", "v" * 1000) for n in range(20)])


async def fails_at_once(scope: Scope, receive: Receive, send: Send) -> None:
    raise ValueError("no luck")


async def fails_after_start(scope: Scope, receive: Receive, send: Send) -> None:
    await start(send)
    raise ValueError("no luck")


async def fails_midway(scope: Scope, receive: Receive, send: Send) -> None:
    await start(send, headers=[("content-type", "text/plain")])
    await body(send, b"half", more=True)
    raise LookupError("lost it")


async def fails_after_response(scope: Scope, receive: Receive, send: Send) -> None:
    await whole(send, b"fine")
    raise ValueError("too late")


async def unfinished(scope: Scope, receive: Receive, send: Send) -> None:
    await start(send)
    await body(send, b"half", more=True)


async def silent(scope: Scope, receive: Receive, send: Send) -> None:
    return


async def body_first(scope: Scope, receive: Receive, send: Send) -> None:
    await body(send, b"x")


async def exits(scope: Scope, receive: Receive, send: Send) -> None:
    sys.exit(3)


async def exits_midway(scope: Scope, receive: Receive, send: Send) -> None:
    await start(send)
    await body(send, b"half", more=True)
    sys.exit(4)


async def exits_in_task(scope: Scope, receive: Receive, send: Send) -> None:
    async def leave() -> None:
        sys.exit(5)

    await asyncio.gather(asyncio.create_task(leave()), asyncio.sleep(60))


async def interrupts(scope: Scope, receive: Receive, send: Send) -> None:
    raise KeyboardInterrupt


async def no_content(scope: Scope, receive: Receive, send: Send) -> None:
    await whole(send, b"ignored", 204, [])


async def redirects(scope: Scope, receive: Receive, send: Send) -> None:
    await whole(send, b"", 302, [("location", "/elsewhere")])


async def echo(scope: Scope, receive: Receive, send: Send) -> None:
    message = await receive()
    types = [v.decode() for k, v in scope["headers"] if k == b"content-type"]
    await whole(send, message["body"], headers=[("content-type", types[0])])


async def large(scope: Scope, receive: Receive, send: Send) -> None:
    await whole(send, bytes(range(256)) * 40_000, headers=[("content-type", "application/octet-stream")])


async def flood(scope: Scope, receive: Receive, send: Send) -> None:
    """64 MiB in 64 KiB messages; the count of sent messages goes to a file that the test reads."""
    await start(send, headers=[("content-type", "application/octet-stream")])
    with Path(os.environ["PROGRESS"]).open("w") as progress:  # noqa: ASYNC230
        for number in range(1024):
            await body(send, bytes([number % 256]) * 65_536, more=True)
            progress.seek(0)
            progress.write(str(number + 1))
            progress.flush()
    await body(send)


async def flood_until_error(scope: Scope, receive: Receive, send: Send) -> None:
    await start(send)
    sent = 0
    try:
        while True:
            await body(send, b"x" * 65_536, more=True)
            sent += 1
            Path(os.environ["PROGRESS"]).write_text(str(sent))
    except OSError as error:
        await knock(f"send raised {type(error).__name__}")
        raise


async def writes_when_told(scope: Scope, receive: Receive, send: Send) -> None:
    await start(send)
    await body(send, b"first", more=True)
    await knock("first sent")
    try:
        while True:
            await body(send, b"more", more=True)
            await asyncio.sleep(0)
    except OSError as error:
        await knock(f"send raised {type(error).__name__}")


async def listens(scope: Scope, receive: Receive, send: Send) -> None:
    """Sends nothing after the first chunk; only receive() can tell that the client has gone."""
    await receive()
    await start(send)
    await body(send, b"first", more=True)
    message = await receive()
    await knock(message["type"])


async def deaf(scope: Scope, receive: Receive, send: Send) -> None:
    """Neither sends nor listens."""
    await start(send)
    await body(send, b"first", more=True)
    try:
        await knock("deaf")
    finally:
        print("deaf application cleaned up")


async def background(scope: Scope, receive: Receive, send: Send) -> None:
    await whole(send, b"answer")
    await knock((await receive())["type"])
    await knock("receive again: " + (await receive())["type"])


async def blocking_thread(scope: Scope, receive: Receive, send: Send) -> None:
    name = await asyncio.to_thread(lambda: threading.current_thread().name != "MainThread")
    await whole(send, str(name).encode())


async def app(scope: Scope, receive: Receive, send: Send) -> None:
    if scope["type"] != "http":
        raise NotImplementedError(scope["type"])
    await globals()[scope["path"].strip("/").replace("-", "_")](scope, receive, send)


async def look(scope: Scope, receive: Receive, send: Send) -> None:
    """Answers every path with what it sees."""
    if scope["type"] != "http":
        raise NotImplementedError(scope["type"])
    await scope_as_json(scope, receive, send)
