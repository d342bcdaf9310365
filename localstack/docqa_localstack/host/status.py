"""How a stack is right now, without changing anything."""

from dataclasses import dataclass
from typing import Any

from docqa_localstack.host import credentials, processes, state, supervisor
from docqa_localstack.host.endpoints import Endpoints
from docqa_localstack.host.errors import HostError
from docqa_localstack.host.paths import StackPaths
from docqa_localstack.host.services import Service

RUNNING, UNHEALTHY, DEAD, STOPPED = "running", "unhealthy", "dead", "stopped"


@dataclass(frozen=True, slots=True)
class ServiceStatus:
    """One part: running, unhealthy (runs but does not answer), dead (ended by itself) or stopped."""

    state: str
    pid: int | None
    port: int | None
    log: str


def service_status(service: Service) -> ServiceStatus:
    """Look at one part; asks it over its port."""
    process = service.process
    if process is None:
        found = STOPPED
    elif not processes.is_running(process):
        found = DEAD
    else:
        found = RUNNING if _answers(service) else UNHEALTHY
    alive = found in (RUNNING, UNHEALTHY)
    return ServiceStatus(found, process.pid if process and alive else None, service.port or None, str(service.log))


def _answers(service: Service) -> bool:
    try:
        return service.ready()
    except HostError:  # it answers, but not to us: that is not healthy
        return False


def status(stack: StackPaths, *, show_passwords: bool = False) -> dict[str, Any]:
    """``{api_url, stream_url, web_url, database_url, cache_url, services: {name: {state, pid, port, log}}, logs}``.

    URLs are None for a stack that was never started; passwords in them are masked unless asked for. `logs` names
    further log files by what they are of.
    """
    answer: dict[str, Any] = dict.fromkeys(("api_url", "stream_url", "web_url", "database_url", "cache_url"))
    known, secrets = state.load(stack), credentials.read(stack)
    answer["services"] = {
        name: {"state": found.state, "pid": found.pid, "port": found.port, "log": found.log}
        for name, found in _services(stack, known, secrets).items()
    }
    answer["logs"] = _further_logs(stack)
    if secrets and all(found["port"] for found in answer["services"].values()):
        ports = {name: record.port for name, record in known.services.items()}
        endpoints = Endpoints.of(ports, secrets, masked=not show_passwords)
        for name in ("api_url", "stream_url", "database_url", "cache_url"):
            answer[name] = getattr(endpoints, name)
    return answer


def brief(full: dict[str, Any]) -> dict[str, Any]:
    """The form of ``docqa status --json``: ``services`` as ``{name: state}``, no logs."""
    services = {name: service["state"] for name, service in full["services"].items()}
    return {**{name: value for name, value in full.items() if name != "logs"}, "services": services}


def _services(
    stack: StackPaths, known: state.State, secrets: credentials.Credentials | None
) -> dict[str, ServiceStatus]:
    found = supervisor.services(stack, known, secrets or credentials.Credentials.fresh())
    return {name: service_status(service) for name, service in found.items()}


def _further_logs(stack: StackPaths) -> dict[str, str]:
    logs = {path.stem: str(path) for path in sorted(stack.logs.glob("functions/*.log"))}
    steps = {name: stack.log(name) for name in ("synth", "deploy")}
    return {**{name: str(path) for name, path in steps.items() if path.exists()}, **logs}
