"""Which environment takes which invocation, in the place of LocalStack's `AssignmentService.get_environment`.

LocalStack starts an environment for every invocation that finds none idle. On a laptop twenty uploads then mean
twenty interpreters that import at the same time, each the slower for it. Here at most as many environments
initialise at once as there are cores, over all functions; who waits takes whatever comes first, an idle environment
of its function or a free place to start one. LocalStack also lists a new environment before it reserves it, so that
two invocations can get the same one.

A function whose environment variable DOCQA_LOCAL_ENVIRONMENTS is N has at most N environments; further invocations
wait for one, and get TooManyRequestsException after MAX_WAIT_S.
"""

import contextlib
import logging
import math
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from types import ModuleType
from typing import Any

from docqa_localstack.plugin.settings import settings

LOG = logging.getLogger(__name__)
LIMIT_VARIABLE = "DOCQA_LOCAL_ENVIRONMENTS"
MAX_WAIT_S = 15 * 60
STUCK_START_S = 15
"""A start that takes longer no longer holds its place: it may wait for another function that needs one."""
RECHECK_S = 1.0
GRACE_S = 0.05
"""An invocation that finds all environments of its function busy waits so long before it starts another: the client
of the last invocation can be quicker with its next than the runtime is with its."""

Environment = Any
"""LocalStack's ExecutionEnvironment, with our executor as its `runtime_executor`."""


class NoEnvironmentError(Exception):
    """No environment came free in time."""


@dataclass(slots=True)
class Waiter:
    """An invocation that has no environment yet. `granted`: an idle environment, or None to start one."""

    version: str
    limit: int | None
    since: float = field(default_factory=time.monotonic)
    granted: Environment | None = None
    ready: threading.Event = field(default_factory=threading.Event)


class Broker:
    """All environments on demand of this process. Thread-safe; first come, first served.

    keepalive_s: an environment that has been idle for so long is ended.
    """

    def __init__(self, parallel_starts: int, keepalive_s: float) -> None:
        self._parallel_starts = parallel_starts
        self._keepalive_s = keepalive_s
        self._lock = threading.RLock()
        self._waiting: list[Waiter] = []
        self._starts: dict[int, tuple[str, float]] = {}
        self._idle: dict[str, list[Environment]] = {}
        self._busy: dict[str, list[Environment]] = {}
        self._returning: dict[Environment, float] = {}
        self._retired: set[str] = set()
        self._idle_since: dict[Environment, float] = {}
        self._sweep = threading.Condition(self._lock)
        self._sweeper: threading.Thread | None = None
        self._next_sweep = math.inf

    def counts(self) -> dict[str, dict[str, int]]:
        """Function ARN with version → number of environments that are idle and busy."""
        totals: dict[str, dict[str, int]] = {}
        with self._lock:
            for state, environments in (("idle", self._idle), ("busy", self._busy)):
                for environment in (one for group in environments.values() for one in group):
                    arn = environment.function_version.qualified_arn
                    totals.setdefault(arn, {"idle": 0, "busy": 0})[state] += 1
        return totals

    @property
    def starting(self) -> int:
        """Environments that initialise now."""
        return len(self._starts)

    # taking

    def acquire(self, version: str, limit: int | None, start: Callable[[], Environment]) -> Environment:
        """An environment of this function version, to be given back by `release` or `discard`.

        start: creates and starts one; what it raises is raised. Raises NoEnvironmentError after MAX_WAIT_S.
        """
        waiter = Waiter(version, limit)
        with self._lock:
            self._waiting.append(waiter)
            self._serve_waiting()
        give_up = time.monotonic() + MAX_WAIT_S
        pause = GRACE_S
        while not waiter.ready.wait(pause):
            pause = RECHECK_S
            with self._lock:
                self._serve_waiting()
                if not waiter.ready.is_set() and time.monotonic() > give_up:
                    self._waiting.remove(waiter)
                    raise NoEnvironmentError(f"no environment came free within {MAX_WAIT_S} s")
        if waiter.granted is not None:
            return waiter.granted
        return self._start(waiter, start)

    def _start(self, waiter: Waiter, start: Callable[[], Environment]) -> Environment:
        try:
            environment = start()
            with self._lock:
                self._busy.setdefault(waiter.version, []).append(environment)
        finally:
            with self._lock:
                del self._starts[id(waiter)]
                self._serve_waiting()
        return environment

    def _serve_waiting(self) -> None:
        """Give what is free to those who wait, oldest first. With the lock held."""
        for waiter in list(self._waiting):
            environment = self._take_idle(waiter.version)
            if environment is not None:
                waiter.granted = environment
            elif self._may_start(waiter):
                self._starts[id(waiter)] = (waiter.version, time.monotonic())
            else:
                continue
            self._waiting.remove(waiter)
            waiter.ready.set()

    def _may_start(self, waiter: Waiter) -> bool:
        recent = time.monotonic() - STUCK_START_S
        if sum(begun > recent for _, begun in self._starts.values()) >= self._parallel_starts:
            return False
        if self._busy.get(waiter.version) and time.monotonic() < waiter.since + GRACE_S:
            return False
        if waiter.limit is None:
            return True
        starting = sum(version == waiter.version for version, _ in self._starts.values())
        existing = len(self._busy.get(waiter.version, ())) + len(self._idle.get(waiter.version, ()))
        return starting + existing < waiter.limit

    def _take_idle(self, version: str) -> Environment | None:
        """The idle environment that was used last, so that the others can end; those that have died are dropped."""
        idle = self._idle.get(version, [])
        while idle:
            environment = idle.pop()
            self._idle_since.pop(environment, None)
            if environment.runtime_executor.usable:
                self._busy.setdefault(version, []).append(environment)
                return environment
            stop_in_background(environment)
        return None

    # giving back

    def release(self, environment: Environment) -> None:
        """The invocation is over. The environment is idle as soon as its runtime asks for the next one."""
        with self._lock:
            executor = environment.runtime_executor
            if not executor.usable or environment.version_manager_id in self._retired:
                self.discard(environment)
            elif executor.idle:
                self._became_idle(environment)
            else:
                until = time.monotonic() + environment.function_version.config.timeout
                self._returning[environment] = until
                self._sweep_at(until)

    def runtime_is_idle(self, environment: Environment) -> None:
        """The runtime of `environment` has asked for its next invocation, or has ended."""
        with self._lock:
            if self._returning.pop(environment, None) is not None:
                self.release(environment)
            elif environment in self._idle_since and not environment.runtime_executor.usable:
                self.discard(environment)

    def discard(self, environment: Environment) -> None:
        """End an environment that cannot be used again."""
        with self._lock:
            self._forget(environment)
            self._serve_waiting()
        stop_in_background(environment)

    def retire(self, version: str) -> None:
        """The version is replaced or deleted: end what is idle now, and what is busy after its invocation.

        AWS lets running invocations finish; LocalStack would end them.
        """
        with self._lock:
            self._retired.add(version)
            idle = self._idle.pop(version, [])
            for environment in idle:
                self._idle_since.pop(environment, None)
        for environment in idle:
            stop_in_background(environment)

    def _became_idle(self, environment: Environment) -> None:
        version = environment.version_manager_id
        self._busy[version].remove(environment)
        self._idle.setdefault(version, []).append(environment)
        self._idle_since[environment] = now = time.monotonic()
        self._sweep_at(now + self._keepalive_s)
        self._serve_waiting()

    def _forget(self, environment: Environment) -> None:
        version = environment.version_manager_id
        for group in (self._busy.get(version, []), self._idle.get(version, [])):
            if environment in group:
                group.remove(environment)
        self._returning.pop(environment, None)
        self._idle_since.pop(environment, None)

    # ending the idle

    def _sweep_at(self, when: float) -> None:
        """Have the sweeper look at `when` (monotonic) at the latest; wakes it only if it would sleep for longer."""
        if self._sweeper is None:
            self._sweeper = threading.Thread(target=self._run_sweeper, name="lambda-sweeper", daemon=True)
            self._sweeper.start()
        if when < self._next_sweep:
            self._next_sweep = when
            self._sweep.notify()

    def _run_sweeper(self) -> None:
        """End environments that have been idle for long, and those whose runtime does not come back."""
        with self._sweep:
            while True:
                now = time.monotonic()
                ends = {one: since + self._keepalive_s for one, since in self._idle_since.items()} | self._returning
                for environment, end in ends.items():
                    if end <= now:
                        self.discard(environment)
                self._next_sweep = min((end for end in ends.values() if end > now), default=math.inf)
                self._sweep.wait(None if math.isinf(self._next_sweep) else self._next_sweep - now)


def stop_in_background(environment: Environment) -> None:
    """End the environment's process without keeping the caller, who may hold the lock."""
    threading.Thread(target=_stop, args=(environment,), name="lambda-stop", daemon=True).start()


def _stop(environment: Environment) -> None:
    environment.runtime_executor.stop()
    LOG.debug("ended environment %s of %s", environment.id, environment.function_version.qualified_arn)


_BROKER: Broker | None = None
_BROKER_LOCK = threading.Lock()


def broker() -> Broker:
    """The broker of this process, created on first use."""
    global _BROKER
    with _BROKER_LOCK:
        if _BROKER is None:
            from localstack import config

            _BROKER = Broker(settings().parallel_starts, config.LAMBDA_KEEPALIVE_MS / 1000)
        return _BROKER


def environment_limit(function_version: Any) -> int | None:
    """DOCQA_LOCAL_ENVIRONMENTS of the function; None when it is not a whole number from 1."""
    value = (function_version.config.environment or {}).get(LIMIT_VARIABLE, "")
    return int(value) if value.isdecimal() and int(value) > 0 else None


def replace_assignment(module: ModuleType) -> None:
    """Patch localstack.services.lambda_.invocation.assignment."""
    from localstack.aws.api.lambda_ import TooManyRequestsException
    from localstack.services.lambda_.invocation.execution_environment import RuntimeStatus

    service = module.AssignmentService
    stop_version = service.stop_environments_for_version
    provisioned = service.get_environment

    @contextlib.contextmanager
    def get_environment(
        self: Any, version_manager_id: str, function_version: Any, provisioning_type: Any
    ) -> Iterator[Environment]:
        if provisioning_type != module.InitializationType.on_demand:
            with provisioned(self, version_manager_id, function_version, provisioning_type) as environment:
                yield environment
            return

        def start() -> Environment:
            environment = self.start_environment(version_manager_id, function_version)
            environment.runtime_executor.on_idle = lambda: broker().runtime_is_idle(environment)
            environment.status = RuntimeStatus.INVOKING  # ours to hand out from here on
            return environment

        try:
            environment = broker().acquire(version_manager_id, environment_limit(function_version), start)
        except NoEnvironmentError as error:
            raise TooManyRequestsException(
                str(error), Reason="ReservedFunctionConcurrentInvocationLimitExceeded", Type="User"
            ) from error
        try:
            yield environment
        except BaseException:
            broker().discard(environment)
            raise
        broker().release(environment)

    def stop_environments_for_version(self: Any, version_manager_id: str) -> None:
        broker().retire(version_manager_id)
        stop_version(self, version_manager_id)

    service.get_environment = get_environment
    service.stop_environments_for_version = stop_environments_for_version


PATCHES = {"localstack.services.lambda_.invocation.assignment": replace_assignment}
