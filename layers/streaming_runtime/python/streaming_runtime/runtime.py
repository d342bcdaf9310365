"""The life of an environment: import, startup, one invocation after the other, shutdown."""

import asyncio
import io
import json
import os
import signal
import sys
from typing import Any

from streaming_runtime import log
from streaming_runtime.application import extend_search_path, load_application
from streaming_runtime.client import RuntimeClient
from streaming_runtime.cycle import Phase, RequestCycle
from streaming_runtime.errors import RuntimeApiGone, UnknownEvent, comes_from_disconnect, report
from streaming_runtime.events import Request, parse_event, scope_of
from streaming_runtime.invocation import Invocation
from streaming_runtime.lifespan import Lifespan
from streaming_runtime.response import BufferSink, ResponseSink, StreamSink
from streaming_runtime.settings import Settings, read_settings
from streaming_runtime.types import Application


def main() -> int:
    """Serve until the environment ends; the exit status. SystemExit of the application passes through."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(line_buffering=True)  # a pipe is block buffered, and a frozen process flushes nothing
    try:
        # Before the event loop runs, so that a module may use asyncio.run while it is imported.
        settings = read_settings(os.environ)
        extend_search_path(settings)
        app = load_application(settings.handler)
    except BaseException as error:  # noqa: BLE001 (SystemExit at import is an init error too; reported, then we exit)
        return asyncio.run(_fail_init(os.environ.get("AWS_LAMBDA_RUNTIME_API"), error))
    return asyncio.run(Runtime(settings, app).run())


async def _fail_init(api: str | None, error: BaseException) -> int:
    described = report(error)
    log.failure("init_failed", described)
    if api:
        try:
            await RuntimeClient(api).fail_init(described)
        except RuntimeApiGone as gone:
            log.failure("runtime_api_gone", report(gone))
    return 1


class Runtime:
    """One environment. Invocations run one at a time: Lambda hands out the next when it is asked for."""

    def __init__(self, settings: Settings, app: Application) -> None:
        self._settings = settings
        self._app = app
        self._client = RuntimeClient(settings.api)
        self._lifespan = Lifespan(app, settings.lifespan)
        self._waiting: asyncio.Task[Invocation] | None = None
        self._stopping = asyncio.Event()

    async def run(self) -> int:
        """Startup, invocations until SIGTERM or until the Runtime API is gone, shutdown; the exit status."""
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, self._stop)
        try:
            await self._lifespan.startup()
        except BaseException as error:  # noqa: BLE001 (as in main: reported, then the process ends)
            return await _fail_init(self._settings.api, error)
        status = 0
        try:
            await self._serve_all()
        except RuntimeApiGone as error:
            log.failure("runtime_api_gone", report(error))
            status = 1
        await self._lifespan.shutdown()
        self._client.close()
        return status

    def _stop(self) -> None:
        self._stopping.set()
        if self._waiting is not None:
            self._waiting.cancel()

    async def _serve_all(self) -> None:
        while not self._stopping.is_set():
            self._waiting = asyncio.create_task(self._client.next())
            try:
                invocation = await self._waiting
            except asyncio.CancelledError:
                if self._stopping.is_set():
                    return
                raise
            finally:
                self._waiting = None
            if invocation.context.trace_id:
                os.environ["_X_AMZN_TRACE_ID"] = invocation.context.trace_id
            else:
                os.environ.pop("_X_AMZN_TRACE_ID", None)
            await self._serve(invocation)

    async def _serve(self, invocation: Invocation) -> None:
        """One invocation, answered in every case. Raises only what must end the process."""
        try:
            event, request = _read(invocation.payload)
        except UnknownEvent as error:
            described = report(error)
            log.failure("invocation_failed", described, request_id=invocation.request_id)
            await self._client.fail(invocation.request_id, described)
            return
        sink = self._sink(invocation, request)
        scope = scope_of(request, event, invocation.context, self._lifespan.state)
        cycle = RequestCycle(self._app, scope, request.body, sink, self._settings.disconnect_grace_s)
        try:
            ended_by = await cycle.run()
        except asyncio.CancelledError:
            # A task of the application raised SystemExit: the event loop is being taken down around us.
            await self._conclude(invocation, cycle, sink, SystemExit("a task of the application ended the process"))
            raise
        await self._conclude(invocation, cycle, sink, ended_by)
        if ended_by is None or isinstance(ended_by, asyncio.CancelledError):
            return
        if isinstance(ended_by, RuntimeApiGone) or not isinstance(ended_by, Exception):
            raise ended_by  # SystemExit and the like end the process, with their own status

    def _sink(self, invocation: Invocation, request: Request) -> ResponseSink:
        buffered = self._settings.mode == "buffered" or invocation.wants_buffered()
        make = BufferSink if buffered else StreamSink
        return make(self._client, invocation.request_id, request.payload)

    async def _conclude(
        self, invocation: Invocation, cycle: RequestCycle, sink: ResponseSink, error: BaseException | None
    ) -> None:
        """Tell Lambda, and the log, how it ended."""
        request_id = invocation.request_id
        if sink.disconnected.is_set():
            self._log_disconnect(request_id, cycle, error)
        elif error is not None:
            await self._report(request_id, cycle, sink, error)
        await sink.settled()

    async def _report(self, request_id: str, cycle: RequestCycle, sink: ResponseSink, error: BaseException) -> None:
        described = report(error)
        if cycle.phase is Phase.COMPLETE:
            log.failure("failed_after_response", described, request_id=request_id)
            return
        log.failure("invocation_failed", described, request_id=request_id)
        if isinstance(error, RuntimeApiGone):
            return
        try:
            told = cycle.phase is Phase.SENDING and await sink.abort(described)
        except OSError:
            return  # the client went in this moment: nobody to tell
        if not told:
            await self._client.fail(request_id, described)

    def _log_disconnect(self, request_id: str, cycle: RequestCycle, error: BaseException | None) -> None:
        expected = error is None or cycle.cancelled or comes_from_disconnect(error)
        log.event("INFO", "client_disconnected", request_id=request_id, cancelled=cycle.cancelled)
        if error is not None and not expected:
            log.failure("failed_after_disconnect", report(error), request_id=request_id)


def _read(payload: bytes) -> tuple[Any, Request]:
    try:
        event = json.loads(payload)
    except ValueError as error:
        raise UnknownEvent(f"the event is not JSON: {error}") from error
    return event, parse_event(event)
