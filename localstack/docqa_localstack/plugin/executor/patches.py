"""Repairs of LocalStack's Lambda around the executor; each says what the open release does without it."""

import base64
import contextlib
import logging
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from queue import Empty, Queue
from types import ModuleType
from typing import Any

from docqa_localstack.plugin.settings import settings

LOG = logging.getLogger(__name__)
GATHER_LOGS_S = 0.1
GATHER_METRICS_S = 1.0


def share_unpacked_code(module: ModuleType) -> None:
    """localstack.services.lambda_.invocation.lambda_models unpacks an archive for each function and each start."""
    from docqa_localstack.plugin.executor import layers

    def location(self: Any) -> Path:
        return settings().code_cache / base64.b64decode(self.code_sha256).hex()

    def prepare(self: Any) -> None:
        layers.unpacked(settings().code_cache, location(self).name, self._download_archive_to_file)

    def destroy_cached(self: Any) -> None:
        """Others may use the folder: it is removed when nobody has for long."""

    module.S3Code.get_unzipped_code_location = location
    module.S3Code.prepare_for_execution = prepare
    module.S3Code.destroy_cached = destroy_cached


def mend_environment(module: ModuleType) -> None:
    """localstack.services.lambda_.invocation.execution_environment.

    It ignores LoggingConfig.LogGroup, drops the client context, and gives up a start that our executor limits itself.
    """
    environment = module.ExecutionEnvironment
    default_log_group = environment.get_log_group_name
    invoke_without_context = environment.invoke

    def get_log_group_name(self: Any) -> str:
        configured = (self.function_version.config.logging_config or {}).get("LogGroup")
        return str(configured or default_log_group(self))

    def invoke(self: Any, invocation: Any) -> Any:
        self.runtime_executor.client_context = invocation.client_context
        return invoke_without_context(self, invocation)

    environment.get_log_group_name = get_log_group_name
    environment.invoke = invoke
    environment._get_startup_timeout_seconds = lambda self: 3600


def gather_logs(module: ModuleType) -> None:
    """localstack.services.lambda_.invocation.logs writes logs while the answer is on its way, and takes the
    interpreter from it; and it loses what is queued when a function is updated or deleted."""
    from botocore.config import Config
    from botocore.exceptions import BotoCoreError, ClientError
    from localstack.aws.connect import connect_to
    from localstack.utils.aws.client_types import ServicePrincipal

    once = Config(retries={"max_attempts": 0})  # when LocalStack stops, retries would hold it up for half a minute

    def run_log_loop(self: Any, *args: Any, **kwargs: Any) -> None:
        logs = connect_to.with_assumed_role(
            region_name=self.region, role_arn=self.role_arn, service_principal=ServicePrincipal.lambda_, config=once
        ).logs
        for items in gathered(self.log_queue, lambda item: isinstance(item, module.ShutdownPill)):
            if stopping():
                return
            batches: dict[tuple[str, str], list[str]] = {}
            for item in items:
                lines = [line for line in item.logs.split("\n") if line]
                batches.setdefault((item.log_group, item.log_stream), []).extend(lines)
            for (group, stream), lines in batches.items():
                try:
                    put_log_lines(logs, group, stream, lines)
                except (BotoCoreError, ClientError) as error:
                    # the boundary of a thread: the lines that follow must not be lost with these
                    LOG.warning("could not write to log group %s: %s", group, error)

    module.LogHandler.run_log_loop = run_log_loop


def stopping() -> bool:
    """LocalStack is about to end, and forgets its logs and metrics: to write them now would load services again that
    have just been stopped, and their threads would keep the process alive."""
    from localstack.runtime import events

    return bool(events.infra_stopping.is_set())


def gathered(queue: "Queue[Any]", is_end: Callable[[Any], bool]) -> Iterator[list[Any]]:
    """The items of `queue` in groups: the first, and what follows within GATHER_LOGS_S. Ends at the end item."""
    ended = False
    while not ended:
        items = [queue.get()]
        if not is_end(items[0]):
            time.sleep(GATHER_LOGS_S)
        try:
            while True:
                items.append(queue.get_nowait())
        except Empty:
            ended = any(map(is_end, items))
        yield [item for item in items if not is_end(item)]


def put_log_lines(logs: Any, group: str, stream: str, lines: list[str]) -> None:
    """Write lines as events, and create the group and the stream if need be."""
    now = int(time.time() * 1000)
    for first in range(0, len(lines), 10_000):  # the most that PutLogEvents takes
        events = [{"timestamp": now, "message": f"{line}\n"} for line in lines[first : first + 10_000]]
        try:
            logs.put_log_events(logGroupName=group, logStreamName=stream, logEvents=events)
        except logs.exceptions.ResourceNotFoundException:
            with contextlib.suppress(logs.exceptions.ResourceAlreadyExistsException):
                logs.create_log_group(logGroupName=group)
            with contextlib.suppress(logs.exceptions.ResourceAlreadyExistsException):
                logs.create_log_stream(logGroupName=group, logStreamName=stream)
            logs.put_log_events(logGroupName=group, logStreamName=stream, logEvents=events)


def gather_metrics(module: ModuleType) -> None:
    """localstack.services.lambda_.invocation.version_manager writes each metric at once, like the logs."""
    writer = MetricWriter()

    def record_invocation(function_name: str, account_id: str, region_name: str) -> None:
        writer.add("Invocations", function_name, account_id, region_name)

    def record_error(function_name: str, account_id: str, region_name: str) -> None:
        writer.add("Invocations", function_name, account_id, region_name)
        writer.add("Errors", function_name, account_id, region_name)

    module.record_cw_metric_invocation = record_invocation  # type: ignore[attr-defined]
    module.record_cw_metric_error = record_error  # type: ignore[attr-defined]


def delete_failed_functions(module: ModuleType) -> None:
    """localstack.services.lambda_.invocation.lambda_service answers 500 when a function in state Failed is deleted, and
    so a stack whose function failed cannot be rolled back."""
    service = module.LambdaService
    original = service.stop_version

    def stop_version(self: Any, qualified_arn: str) -> None:
        if qualified_arn in self.lambda_running_versions or qualified_arn in self.lambda_starting_versions:
            original(self, qualified_arn)

    service.stop_version = stop_version


class MetricWriter:
    """Adds up (metric, function, account, region) and writes the sums a second later, from a thread of its own."""

    def __init__(self) -> None:
        self._sums: Counter[tuple[str, str, str, str]] = Counter()
        self._changed = threading.Condition()
        threading.Thread(target=self._run, name="lambda-metrics", daemon=True).start()

    def add(self, metric: str, function_name: str, account_id: str, region_name: str) -> None:
        with self._changed:
            self._sums[metric, function_name, account_id, region_name] += 1
            self._changed.notify()

    def _run(self) -> None:
        from localstack.utils.cloudwatch.cloudwatch_util import publish_lambda_metric

        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._sums)
            time.sleep(GATHER_METRICS_S)
            with self._changed:
                sums, self._sums = self._sums, Counter()
            if stopping():
                return
            for (metric, function, account, region), value in sums.items():
                # logs what goes wrong, and does not raise
                publish_lambda_metric(metric, value, {"func_name": function}, account_id=account, region_name=region)


PATCHES = {
    "localstack.services.lambda_.invocation.lambda_models": share_unpacked_code,
    "localstack.services.lambda_.invocation.execution_environment": mend_environment,
    "localstack.services.lambda_.invocation.logs": gather_logs,
    "localstack.services.lambda_.invocation.version_manager": gather_metrics,
    "localstack.services.lambda_.invocation.lambda_service": delete_failed_functions,
}
