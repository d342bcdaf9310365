"""``docqa doctor``: every prerequisite and every part, what was found, and how to mend it."""

import shutil
import sys
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

import psycopg
import redis
from botocore.exceptions import BotoCoreError, ClientError

from docqa_localstack.host import (
    assembly,
    credentials,
    deploy,
    install,
    ports,
    processes,
    seeds,
    state,
    supervisor,
    tools,
)
from docqa_localstack.host.errors import HostError
from docqa_localstack.host.paths import Home, StackPaths
from docqa_localstack.host.services import LocalStack, Postgres, Service, Valkey
from docqa_localstack.host.status import DEAD, RUNNING, STOPPED, service_status

Outcome = Literal["ok", "warn", "fail"]
DISK_BYTES = 4 * 1024**3
MEMORY_BYTES = 2 * 1024**3
PGVECTOR = (0, 8, 4)
EXECUTOR_PREFIX = "docqa_localstack.plugin."
UP, DOWN_UP = "Run: make up", "Run: make down, then make up"


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at. found: what there is. mend: what to do; empty when all is well."""

    name: str
    outcome: Outcome
    found: str
    mend: str = ""

    def as_json(self) -> dict[str, str]:
        return asdict(self)

    def text(self) -> str:
        mark = {"ok": "ok  ", "warn": "warn", "fail": "FAIL"}[self.outcome]
        return f"{mark}  {self.name}: {self.found}" + (f"\n        → {self.mend}" if self.mend else "")


def failed(checks: Iterable[Check]) -> bool:
    return any(check.outcome == "fail" for check in checks)


def doctor(stack: StackPaths) -> list[Check]:
    """All checks, in an order in which each failure explains those that follow. Changes nothing, raises nothing."""
    checks = [*_prerequisites(stack.home), *_environments(stack.home)]
    try:
        secrets = credentials.read(stack)
    except HostError as error:
        return [*checks, Check("secrets", "fail", str(error), error.hint)]
    known = state.load(stack)
    parts = supervisor.services(stack, known, secrets or credentials.Credentials.fresh())
    checks += [_part(stack, part) for part in parts.values()]
    running = [part for part in parts.values() if part.alive()]
    for part in running:
        checks += _PROBES[type(part)](part)
    checks += _secrets(stack) if secrets else []
    localstack = parts["localstack"]
    if isinstance(localstack, LocalStack) and localstack.alive():
        checks += _deployed(stack, known, localstack)
    return [*checks, _orphans(stack, running)]


def _prerequisites(home: Home) -> list[Check]:
    checks = [_python(), *_node(home)]
    existing = next(folder for folder in (home.root, *home.root.parents) if folder.exists())
    free = shutil.disk_usage(existing).free
    mend = "" if free >= DISK_BYTES else "Free some space: installing and building takes about 4 GiB."
    checks.append(Check("disk space", "ok" if not mend else "warn", f"{free / 1024**3:.1f} GiB free", mend))
    available = _available_memory()
    mend = "" if available >= MEMORY_BYTES else "Close something: the stack uses 1 to 2 GiB."
    checks.append(Check("memory", "ok" if not mend else "warn", f"{available / 1024**3:.1f} GiB available", mend))
    return checks


def _python() -> Check:
    version = ".".join(map(str, sys.version_info[:3]))
    try:
        install.check_interpreter()
        return Check("python", "ok", f"{version} at {sys.executable}")
    except HostError as error:
        return Check("python", "fail", version, error.hint)


def _node(home: Home) -> list[Check]:
    try:
        version = tools.check_node()
    except HostError as error:
        return [Check("node and npm", "fail", str(error), error.hint)]
    cdk = Check("cdk", "ok", str(tools.cdk(home))) if tools.is_current(home) else Check("cdk", "fail", "missing", UP)
    return [Check("node and npm", "ok", ".".join(map(str, version))), cdk]


def _available_memory() -> int:
    for line in Path("/proc/meminfo").read_text().splitlines():
        if line.startswith("MemAvailable:"):
            return int(line.split()[1]) * 1024
    return 0


def _environments(home: Home) -> list[Check]:
    checks = []
    for environment in install.ENVIRONMENTS:
        folder = home.environments / environment.name
        name = f"environment {environment.name}"
        if install.is_current(home, environment):
            checks.append(Check(name, "ok", str(folder)))
        else:
            checks.append(Check(name, "fail", "not installed, interrupted, or not of these requirements", UP))
        if environment.repair and folder.exists():
            repaired = install.is_repaired(home.site_packages(environment.name))
            mend = "" if repaired else f"Remove {folder}, then run: make up"
            found = "applied" if repaired else "missing"
            checks.append(Check("repair of LocalStack for Python 3.11", "ok" if repaired else "fail", found, mend))
    return checks


def _part(stack: StackPaths, part: Service) -> Check:
    found = service_status(part)
    name = part.title
    if found.state == RUNNING:
        memory = processes.resident_bytes(found.pid or 0) / 1024**2
        return Check(name, "ok", f"port {found.port}, process {found.pid}, {memory:.0f} MiB, log {found.log}")
    if found.state == STOPPED:
        holder = processes.listener(part.port) if part.port and not ports.is_free(part.port) else None
        taken = f"; its port {part.port} is taken by {holder}, another will be used" if holder else ""
        return Check(name, "warn", f"stopped{taken}", UP)
    what = "ended by itself" if found.state == DEAD else "runs but does not answer"
    return Check(name, "fail", f"{what}, see {found.log}", UP if found.state == DEAD else DOWN_UP)


def _postgres(part: Service) -> list[Check]:
    assert isinstance(part, Postgres)
    try:
        server, vector = part.versions()
    except psycopg.Error as error:
        return [Check("pgvector", "fail", str(error).strip(), f"See {part.log}; {DOWN_UP}")]
    numbers = tuple(int(number) for number in vector.split(".") if number.isdecimal())
    good = numbers >= PGVECTOR
    mend = "" if good else "Versions below 0.8.4 can corrupt vector indexes. " + UP
    return [
        Check("PostgreSQL version", "ok", server),
        Check("pgvector", "ok" if good else "fail", vector, mend),
    ]


def _valkey(part: Service) -> list[Check]:
    assert isinstance(part, Valkey)
    try:
        with part.client() as client:
            information = client.info("server")
    except redis.RedisError as error:
        return [Check("Valkey ping", "fail", str(error), DOWN_UP)]
    version = information.get("valkey_version", "unknown") if isinstance(information, dict) else "unknown"
    return [Check("Valkey ping", "ok", f"answers, version {version}")]


def _localstack(part: Service) -> list[Check]:
    assert isinstance(part, LocalStack)
    health = part.get("/_localstack/health")
    found = f"version {health.get('version')}" if health else "no answer"
    checks = [Check("LocalStack health", "ok" if health else "fail", found, "" if health else DOWN_UP)]
    executor = str((part.get("/_docqa/executor") or {}).get("executor", ""))
    ours = executor.startswith(EXECUTOR_PREFIX)
    folder = part.context.home.environments / "localstack"
    mend = "" if ours else f"The plugin is not loaded. Remove {folder}; {DOWN_UP}"
    return [*checks, Check("Lambda executor", "ok" if ours else "fail", executor or "no answer from our plugin", mend)]


_PROBES: dict[type[Service], Callable[[Service], list[Check]]] = {
    Postgres: _postgres,
    Valkey: _valkey,
    LocalStack: _localstack,
}


def _secrets(stack: StackPaths) -> list[Check]:
    mode = stack.secrets_file.stat().st_mode & 0o777
    mend = "" if mode == 0o600 else f"Others may read the secrets: chmod 600 {stack.secrets_file}"
    return [Check("secrets", "ok" if not mend else "fail", f"{stack.secrets_file}, mode {mode:o}", mend)]


def _deployed(stack: StackPaths, known: state.State, localstack: LocalStack) -> list[Check]:
    if known.deployment is None or known.deployment.process != localstack.process:
        return [Check("stack", "fail", "nothing is deployed in this LocalStack", UP)]
    found = assembly.Assembly(stack.assembly)
    fresh = assembly.is_current(stack) and deploy.is_deployed(stack, known, found, known.deployment.process)
    said = "deployed" if fresh else "deployed, but sources have changed since"
    checks = [Check("stack", "ok" if fresh else "warn", said, "" if fresh else UP)]
    outputs = deploy.outputs(stack)
    checks.append(Check("outputs", "ok" if outputs else "fail", str(stack.outputs_file), "" if outputs else DOWN_UP))
    return [*checks, _functions(localstack)]


def _functions(localstack: LocalStack) -> Check:
    try:
        client = seeds.client("lambda", localstack.endpoint)
        pages = client.get_paginator("list_functions").paginate()
        states = {
            name: client.get_function_configuration(FunctionName=name).get("State", "unknown")
            for page in pages
            for name in (function["FunctionName"] for function in page["Functions"])
        }
    except (ClientError, BotoCoreError) as error:
        return Check("functions", "fail", str(error), DOWN_UP)
    broken = {name: state for name, state in states.items() if state not in ("Active", "Inactive")}
    if broken or not states:
        found = ", ".join(f"{name} {state}" for name, state in broken.items()) or "none"
        return Check("functions", "fail", found, DOWN_UP)
    return Check("functions", "ok", f"{len(states)} active")


def _orphans(stack: StackPaths, running: Iterable[Service]) -> Check:
    kept = [part.process.pid for part in running if part.process]
    found = processes.of_stack(stack.root, kept=kept)
    pids = ", ".join(str(process.pid) for process in found)
    return Check("orphans", "warn" if found else "ok", pids or "none", "Run: make down (it ends them)" if found else "")
