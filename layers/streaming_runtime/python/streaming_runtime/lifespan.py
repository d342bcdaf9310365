"""The ASGI lifespan protocol: startup before the first invocation, shutdown before the environment ends."""

import asyncio
from typing import Any

from streaming_runtime import log
from streaming_runtime.errors import InitFailure, report
from streaming_runtime.settings import Lifespan as Mode
from streaming_runtime.types import Application, Message, Scope


class Lifespan:
    """Runs the application's lifespan in a task of its own, from `startup` to `shutdown`."""

    def __init__(self, app: Application, mode: Mode) -> None:
        self._app = app
        self._mode = mode
        self._inbox: asyncio.Queue[Message] = asyncio.Queue()
        self._answers: asyncio.Queue[Message] = asyncio.Queue()
        self._task: asyncio.Task[BaseException | None] | None = None
        self.state: dict[str, Any] = {}

    async def startup(self) -> None:
        """Raises InitFailure when the application says that its startup failed; SystemExit if it exits.

        An application that raises on the lifespan scope does not know it: ASGI asks to go on without (mode auto).
        """
        if self._mode == "off":
            return
        self._task = asyncio.create_task(self._run())
        answer = await self._ask("lifespan.startup")
        if answer is not None and answer["type"] == "lifespan.startup.failed":
            message = answer.get("message") or "the application's startup failed"
            raise InitFailure("Runtime.LifespanStartupFailed", message)
        if answer is None:
            self._without(await self._task)
            self._task = None

    async def shutdown(self) -> None:
        """Let the application close what it opened; a failure is logged, there is nobody left to tell."""
        if self._task is None:
            return
        answer = await self._ask("lifespan.shutdown")
        error = await self._task if answer is None else None
        if error is not None:
            log.failure("lifespan_shutdown_failed", report(error))
        elif answer is not None and answer["type"] == "lifespan.shutdown.failed":
            log.event("ERROR", "lifespan_shutdown_failed", errorMessage=answer.get("message"))

    def _without(self, error: BaseException | None) -> None:
        if error is not None and not isinstance(error, Exception):
            raise error
        if self._mode == "on":
            raise InitFailure("Runtime.LifespanStartupFailed", f"no answer to lifespan.startup: {error!r}") from error
        if error is not None:
            log.failure("lifespan_unsupported", report(error), level="WARN")

    async def _ask(self, question: str) -> Message | None:
        """The application's answer, or None if it ended without one."""
        if self._task is None:
            return None
        self._inbox.put_nowait({"type": question})
        answer = asyncio.create_task(self._answers.get())
        await asyncio.wait({answer, self._task}, return_when=asyncio.FIRST_COMPLETED)
        if answer.done():
            return answer.result()
        answer.cancel()
        return self._answers.get_nowait() if not self._answers.empty() else None

    async def _run(self) -> BaseException | None:
        scope: Scope = {"type": "lifespan", "asgi": {"version": "3.0", "spec_version": "2.0"}, "state": self.state}
        try:
            await self._app(scope, self._inbox.get, self._answers.put)
        except BaseException as error:  # noqa: BLE001 (SystemExit would stop the loop before it is reported)
            return error
        return None
