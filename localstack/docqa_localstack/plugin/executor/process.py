"""The `process` runtime executor: LocalStack creates one for each Lambda environment.

An environment whose initialisation fails still counts as started: as on AWS, the invocation that it was started for
gets the error, with a request id and a log. It is then thrown away (`usable` is False), like one that has timed out,
run out of memory, or ended.
"""

import base64
import binascii
import json
import logging
import os
import shutil
import time
from collections.abc import Callable
from concurrent.futures import CancelledError
from concurrent.futures import TimeoutError as FutureTimeout
from pathlib import Path
from typing import Any

from localstack import config
from localstack.services.lambda_.invocation.executor_endpoint import ShutdownDuringStartup
from localstack.services.lambda_.invocation.lambda_models import FunctionVersion, InvocationResult
from localstack.services.lambda_.invocation.runtime_executor import RuntimeExecutor

from docqa_localstack.plugin.executor import layers
from docqa_localstack.plugin.executor.child import MEMORY_WATCH, Child
from docqa_localstack.plugin.executor.invocation import Outcome, PendingInvocation, error_body, platform_error
from docqa_localstack.plugin.executor.report import Report, init_report, timeout_line
from docqa_localstack.plugin.executor.runtime_api import InitError, RuntimeApi
from docqa_localstack.plugin.executor.sandbox import Sandbox, interpreter_name
from docqa_localstack.plugin.executor.stream import ResponseStream
from docqa_localstack.plugin.settings import settings

LOG = logging.getLogger(__name__)
INIT_LIMIT_S = 10
"""AWS gives an initialisation 10 s, and when it takes longer repeats it within the function's timeout."""
MEGABYTE = 1024 * 1024

STREAMS: dict[str, ResponseStream] = {}
"""Request id → where a streamed answer goes; filled by the streaming front ends before they invoke."""


class ProcessRuntimeExecutor(RuntimeExecutor):
    """One environment as a child process. Methods are LocalStack's.

    on_idle: called when the process asks for an invocation, and when it ends. usable: it can take another one.
    client_context: that of the invocation that comes next, as Invoke carries it.
    """

    def __init__(self, id: str, function_version: FunctionVersion) -> None:
        super().__init__(id=id, function_version=function_version)
        self.on_idle: Callable[[], None] = lambda: None
        self.client_context: str | None = None
        self.usable = True
        self._api: RuntimeApi | None = None
        self._child: Child | None = None
        self._init_error: bytes | None = None
        self._init_ms: float | None = None
        self._init_log = ""
        self._timed_out = False
        self._invocation: PendingInvocation | None = None
        self._scratch = settings().environments / id

    @property
    def idle(self) -> bool:
        """The process waits for an invocation."""
        return self._api is not None and self._api.idle

    # starting and stopping

    def start(self, env_vars: dict[str, str]) -> None:
        """Returns when the process has asked for its first invocation, or has failed to.

        Raises ShutdownDuringStartup when it is stopped meanwhile.
        """
        begun = time.perf_counter()
        function = self.function_version.config
        sandbox = Sandbox(
            python=settings().lambda_python,
            task=self._task_folder(),
            opt=self._opt_folder(),
            scratch=self._scratch,
        )
        self._scratch.mkdir(parents=True, exist_ok=True)
        environment = sandbox.environment(env_vars, function.environment or {})
        environment["AWS_EXECUTION_ENV"] = f"AWS_Lambda_{function.runtime}"
        self._api = RuntimeApi(config.LAMBDA_LIMITS_MAX_FUNCTION_PAYLOAD_SIZE_BYTES, self._became_idle)
        environment["AWS_LAMBDA_RUNTIME_API"] = self._api.address
        try:
            self._spawn(sandbox.command(function.handler, environment.get("AWS_LAMBDA_EXEC_WRAPPER")), environment)
            self._api.initialized.result(INIT_LIMIT_S + function.timeout)
        except InitError as error:
            self._init_error = error.body
        except FutureTimeout:
            limit = INIT_LIMIT_S + function.timeout
            self._init_error = error_body("Sandbox.Timedout", f"Initialization timed out after {limit:.2f} seconds")
        except CancelledError as error:
            raise ShutdownDuringStartup("the environment was stopped while it started") from error
        self._init_ms = (time.perf_counter() - begun) * 1000
        if self._child:
            MEMORY_WATCH.remove(self._child)
        if self._init_error is not None:
            self._give_up_init()

    def _spawn(self, command: list[str], environment: dict[str, str]) -> None:
        """Raises InitError when the command (an exec wrapper, usually) cannot be started."""
        log_dir = settings().log_dir
        function = self.function_version
        if not os.access(command[0], os.X_OK):
            message = f"{command[0]} does not exist or is not executable"
            raise InitError(error_body("Runtime.InvalidEntrypoint", message))
        try:
            self._child = Child(
                command,
                environment=environment,
                folder=Path(environment["LAMBDA_TASK_ROOT"]),
                log_file=log_dir / f"{function.id.function_name}.log" if log_dir else None,
                memory_limit=function.config.memory_size * MEGABYTE,
                on_exit=self._child_ended,
            )
        except OSError as error:
            raise InitError(error_body("Runtime.InvalidEntrypoint", f"{command[0]}: {error}")) from error

    def _give_up_init(self) -> None:
        self.usable = False
        if self._child:
            self._child.ended.wait(0.5)  # it ends by itself after init/error; its last lines are worth having
            self._child.kill()
            self._child.ended.wait(5)
            self._init_log = self._child.output.drain()

    def _child_ended(self, child: Child) -> None:
        """Give whoever waits for the process the reason of its end. Runs in a thread of the child."""
        self.usable = False
        assert self._api is not None
        error_type = "Runtime.OutOfMemory" if child.out_of_memory else "Runtime.ExitError"
        lost = self._api.unanswered()
        mine = self._invocation
        if mine and not mine.outcome.done() and all(other is not mine for other in lost):
            # A thread of the Runtime API may hold it between its queue and the process: there nobody else finds it
            lost.append(mine)
        for invocation in lost:
            outcome = platform_error(error_type, invocation.request_id, child.exit_reason())
            if self._timed_out:
                outcome = self._timeout_outcome(invocation)
            if invocation.stream:
                invocation.stream.end(outcome.payload)
            invocation.resolve(outcome)
        self._api.fail_init(error_body(error_type, f"Error: {child.exit_reason()}"))
        self._api.close()
        self.on_idle()

    def _became_idle(self) -> None:
        if self._child:
            MEMORY_WATCH.remove(self._child)
        self.on_idle()

    def stop(self) -> None:
        """End the process at once, as AWS does with a function that has no extension. Idempotent."""
        self.usable = False
        if self._api:
            self._api.initialized.cancel()
            self._api.close()
        if self._child:
            self._child.kill()
        shutil.rmtree(self._scratch, ignore_errors=True)

    # invoking

    def invoke(self, payload: dict[str, str]) -> InvocationResult:
        """`payload` has invoke-id, payload, invoked-function-arn and trace-id; `client_context` is set beforehand."""
        function = self.function_version.config
        invocation = PendingInvocation(
            request_id=payload["invoke-id"],
            payload=payload["payload"].encode(),
            arn=payload["invoked-function-arn"],
            trace_id=payload["trace-id"],
            timeout_s=function.timeout,
            client_context=decoded_client_context(self.client_context),
            stream=STREAMS.get(payload["invoke-id"]),
        )
        begun = time.perf_counter()
        if self._init_error is not None:
            return self._failed_init_result(invocation)
        assert self._api is not None
        assert self._child is not None
        before = self._child.output.drain()
        MEMORY_WATCH.add(self._child)
        self._invocation = invocation
        self._api.submit(invocation)
        if not self._child.running:
            self._child_ended(self._child)
        outcome = self._outcome(invocation)
        duration_ms = (time.perf_counter() - begun) * 1000
        report = self._report(invocation.request_id, duration_ms)
        self._init_ms = None
        last_line = timeout_line(invocation.request_id, function.timeout) if self._timed_out else ""
        return InvocationResult(
            request_id=invocation.request_id,
            payload=outcome.payload,
            is_error=outcome.is_error,
            logs=report.text(before, self._child.output.drain(), last_line),
        )

    def _outcome(self, invocation: PendingInvocation) -> Outcome:
        """Wait for the answer until the deadline; then end the process."""
        assert self._child is not None
        invocation.taken.wait(invocation.timeout_s)
        try:
            return invocation.outcome.result(max(0.0, invocation.deadline - time.time()))
        except FutureTimeout:
            self._timed_out = True
            self.usable = False
            self._child.kill()
            self._child.ended.wait(5)  # so that its output is complete
            outcome = self._timeout_outcome(invocation)
            if invocation.stream:
                invocation.stream.end(outcome.payload)
            invocation.resolve(outcome)
            return invocation.outcome.result()

    @staticmethod
    def _timeout_outcome(invocation: PendingInvocation) -> Outcome:
        message = f"Task timed out after {invocation.timeout_s:.2f} seconds"
        return platform_error("Sandbox.Timedout", invocation.request_id, message)

    def _failed_init_result(self, invocation: PendingInvocation) -> InvocationResult:
        assert self._init_error is not None
        error_type = str(json.loads(self._init_error).get("errorType"))
        if invocation.stream:
            invocation.stream.end(self._init_error)
        before = self._init_log + init_report(self._init_ms or 0.0, error_type)
        return InvocationResult(
            request_id=invocation.request_id,
            payload=self._init_error,
            is_error=True,
            logs=self._report(invocation.request_id, 0.0).text(before, ""),
        )

    def _report(self, request_id: str, duration_ms: float) -> Report:
        return Report(
            request_id=request_id,
            version=self.function_version.id.qualifier,
            duration_ms=duration_ms,
            memory_size=self.function_version.config.memory_size,
            max_memory=(self._child.peak_memory() if self._child else 0) // MEGABYTE,
            init_ms=self._init_ms,
        )

    # what LocalStack asks besides

    def get_address(self) -> str:
        return "127.0.0.1"

    def get_endpoint_from_executor(self) -> str:
        return "127.0.0.1"

    def get_runtime_endpoint(self) -> str:
        return ""

    def get_logs(self) -> str:
        return self._init_log

    def _task_folder(self) -> Path:
        code = self.function_version.config.code
        code.prepare_for_execution()
        return Path(code.get_unzipped_code_location())

    def _opt_folder(self) -> Path | None:
        folders = []
        for layer in self.function_version.config.layers or []:
            layer.code.prepare_for_execution()
            folders.append(Path(layer.code.get_unzipped_code_location()))
        return layers.merged(settings().code_cache, folders)

    @classmethod
    def prepare_version(cls, function_version: FunctionVersion) -> None:
        """Unpack code and layers before the function becomes active.

        Raises ValueError, which becomes the reason of the state Failed, for a runtime that cannot run here.
        """
        runtime = str(function_version.config.runtime or function_version.config.package_type)
        own = interpreter_name(settings().lambda_python)
        if runtime != own:
            raise ValueError(f"functions run with {own} here, and cannot run with {runtime}")
        executor = cls("prepare", function_version)
        executor._task_folder()
        executor._opt_folder()

    @classmethod
    def cleanup_version(cls, function_version: FunctionVersion) -> None:
        """Nothing: unpacked code is shared, and removed when it has not been used for long."""

    @classmethod
    def validate_environment(cls) -> bool:
        """Called once when the Lambda service is loaded: remove what earlier runs have left."""
        shutil.rmtree(settings().environments, ignore_errors=True)
        layers.prune(settings().code_cache)
        return True


def decoded_client_context(value: Any) -> str | None:
    """The JSON of a client context, which Invoke carries in base64; None without one, or when it is not JSON."""
    if not value:
        return None
    try:
        text = base64.b64decode(value, validate=True).decode()
        json.loads(text)
    except (binascii.Error, ValueError):
        return None
    return text
