"""What is remembered of a stack between two commands: ``state.json``."""

import json
from dataclasses import dataclass, field
from typing import Any

from docqa_localstack.host.files import write_atomically
from docqa_localstack.host.paths import StackPaths
from docqa_localstack.host.processes import ProcessId

VERSION = 1


@dataclass(frozen=True, slots=True)
class ServiceRecord:
    """A part as it was started last.

    process: None once it was stopped. fingerprint: of its command and settings; another one means: start it anew.
    """

    port: int
    process: ProcessId | None = None
    fingerprint: str = ""


@dataclass(frozen=True, slots=True)
class Deployment:
    """Which assembly was deployed into which LocalStack process."""

    assembly: str
    process: ProcessId


@dataclass(slots=True)
class State:
    """The state of one stack; `load` and `save` it under the stack's lock."""

    services: dict[str, ServiceRecord] = field(default_factory=dict)
    deployment: Deployment | None = None


def load(stack: StackPaths) -> State:
    """The saved state; an empty one when there is none, or none that can be read.

    An unreadable file loses nothing that counts: processes are found by their marker, and data lies elsewhere.
    """
    try:
        return _decode(json.loads(stack.state_file.read_text()))
    except (FileNotFoundError, ValueError, KeyError, TypeError):
        return State()


def save(stack: StackPaths, state: State) -> None:
    write_atomically(stack.state_file, json.dumps(_encode(state), indent=2) + "\n")


def _encode(state: State) -> dict[str, Any]:
    services = {
        name: {"port": record.port, **_encode_process(record.process), "fingerprint": record.fingerprint}
        for name, record in sorted(state.services.items())
    }
    deployment = state.deployment
    deployed = deployment and {"assembly": deployment.assembly, **_encode_process(deployment.process)}
    return {"version": VERSION, "services": services, "deployed": deployed}


def _encode_process(process: ProcessId | None) -> dict[str, Any]:
    return {"pid": process and process.pid, "started": process and process.started}


def _decode(saved: dict[str, Any]) -> State:
    if saved["version"] != VERSION:
        return State()
    services = {
        str(name): ServiceRecord(int(record["port"]), _decode_process(record), str(record["fingerprint"]))
        for name, record in saved["services"].items()
    }
    deployed = saved["deployed"]
    process = _decode_process(deployed) if deployed else None
    return State(services, Deployment(str(deployed["assembly"]), process) if process else None)


def _decode_process(saved: dict[str, Any]) -> ProcessId | None:
    return ProcessId(int(saved["pid"]), str(saved["started"])) if saved["pid"] else None
