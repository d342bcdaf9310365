"""Starts, keeps and stops the parts of one stack.

`start` may be called at any time: what runs well stays, what does not is cleared and started anew. Nothing is ended
that was not proved to be ours (`processes`).
"""

import shutil
import threading
import time
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor

from docqa_localstack.host import credentials, ports, processes, state
from docqa_localstack.host.endpoints import Endpoints
from docqa_localstack.host.errors import ServiceError
from docqa_localstack.host.files import locked
from docqa_localstack.host.paths import StackPaths
from docqa_localstack.host.report import Reporter, Step, reporter
from docqa_localstack.host.services import SERVICES, Context, Service, shelter
from docqa_localstack.host.state import ServiceRecord, State

POLL_S = 0.1
END_S = 2
STALL_S = 5
"""How long a running part may not answer before it counts as broken: a busy machine is slow, too."""


def services(stack: StackPaths, known: State, secrets: credentials.Credentials) -> dict[str, Service]:
    """The parts as the saved state knows them, running or not."""
    found = {}
    for kind in SERVICES:
        record = known.services.get(kind.name, ServiceRecord(port=0))
        found[kind.name] = kind(Context(stack, secrets), record.port, record.process)
    return found


def start(stack: StackPaths, report: Reporter | None = None) -> Endpoints:
    """Bring every part up, and wait until all are ready.

    Raises ServiceError for the first part that did not start; those that did keep running, for the next try.
    """
    if report is None:
        with reporter() as report:
            return start(stack, report)
    with locked(stack.lock_file, lambda holder: _waiting(report, holder)):
        stack.make()
        return _Start(stack, report).run()


def _waiting(report: Reporter, holder: str) -> None:
    report.note(f"Another command works on this stack ({holder}); waiting for it.")


class _Start:
    """One run of `start`, under the lock."""

    def __init__(self, stack: StackPaths, report: Reporter) -> None:
        self.stack, self.report = stack, report
        self.secrets = credentials.ensure(stack)
        self.state = state.load(stack)
        self.services = services(stack, self.state, self.secrets)
        self.saving = threading.Lock()
        self.cancelled = threading.Event()

    def run(self) -> Endpoints:
        broken = [service for service in self.services.values() if not self._healthy(service)]
        if broken:
            self._clear(broken)
            moved = self._choose_ports(broken)
            localstack = self.services["localstack"]
            if moved and localstack not in broken:
                self.report.note("LocalStack starts anew, because its functions know the old address.")
                broken.append(localstack)
                self._clear(broken)
                self._choose_ports([localstack])
            self._start_all(broken)
        return Endpoints.of({name: service.port for name, service in self.services.items()}, self.secrets)

    def _healthy(self, service: Service) -> bool:
        record = self.state.services.get(service.name)
        if record is None or not service.alive():
            return False
        if service.fingerprint() != record.fingerprint:
            self.report.note(f"{service.title} has other settings than it runs with: starting it anew.")
            return False
        give_up = time.monotonic() + STALL_S
        while not service.ready():
            if time.monotonic() > give_up or not service.alive():
                self.report.note(f"{service.title} runs but does not answer: starting it anew.")
                return False
            time.sleep(POLL_S)
        with self.report.step(service.title) as step:
            step.detail(f"runs on port {service.port}")
        return True

    def _clear(self, broken: Iterable[Service]) -> None:
        """End what is left of the parts that are started anew, and every process of ours that nobody owns."""
        for service in broken:
            service.stop()
        kept = [service.process.pid for service in self.services.values() if service.process]
        leftovers = processes.of_stack(self.stack.root, kept=kept)
        if leftovers:
            self.report.note(f"Ending {len(leftovers)} process(es) that an earlier run left behind.")
            processes.end_all(leftovers)

    def _choose_ports(self, broken: Iterable[Service]) -> bool:
        """Give each a free port; returns whether one that had another before has moved."""
        moved = False
        for service in broken:
            taken = _ports_of_others(self.stack, service.name, self.state)
            choice = ports.choose(service.name, stack=self.stack.name, remembered=service.port or None, reserved=taken)
            if choice.remark:
                self.report.note(choice.remark)
            moved |= service.port not in (0, choice.port)
            service.port = choice.port
            self._remember(service)
        return moved

    def _remember(self, service: Service) -> None:
        with self.saving:
            self.state.services[service.name] = ServiceRecord(service.port, service.process, service.fingerprint())
            state.save(self.stack, self.state)

    def _start_all(self, broken: list[Service]) -> None:
        with ThreadPoolExecutor(len(broken)) as pool:
            try:
                started = [pool.submit(self._start_one, service) for service in broken]
                failures = [failure for future in started if (failure := future.exception())]
            except BaseException:  # Ctrl-C: the threads must not go on waiting
                self.cancelled.set()
                raise
        for failure in failures[1:]:
            self.report.note(str(failure))
        if failures:
            raise failures[0]

    def _start_one(self, service: Service) -> None:
        with self.report.step(service.title) as step:
            service.prepare()
            try:
                self._launch(service, step)
            except ServiceError:
                # Somebody may have taken the port between our look and the start: then he answered, and ours ends
                if _stays_alive(service) or ports.is_free(service.port):
                    raise
                self._choose_ports([service])
                self._launch(service, step)
            service.provision()
            step.detail(f"listens on port {service.port}")

    def _launch(self, service: Service, step: Step) -> None:
        step.detail("starting")
        service.start()
        self._remember(service)
        give_up = time.monotonic() + service.ready_patience_s
        while not service.ready():
            if not service.alive():
                raise service.failure("ended while it was starting")
            if time.monotonic() > give_up:
                raise service.failure(f"did not get ready within {service.ready_patience_s:.0f} s")
            if self.cancelled.wait(POLL_S):
                raise service.failure("was not waited for")


def _stays_alive(service: Service) -> bool:
    """Whether a part that was just started goes on running; a server that finds its port taken ends within moments."""
    give_up = time.monotonic() + END_S
    while service.alive() and time.monotonic() < give_up:
        time.sleep(POLL_S)
    return service.alive()


def _ports_of_others(stack: StackPaths, part: str, known: State) -> set[int]:
    """Ports that belong to our other parts and to the other stacks of this checkout."""
    mine = {record.port for name, record in known.services.items() if name != part}
    for folder in stack.root.parent.iterdir():
        if folder.is_dir() and folder.name != stack.name and (folder / "state.json").exists():
            other = state.load(StackPaths(stack.home, folder.name))
            mine |= {record.port for record in other.services.values()}
    return mine


def stop(stack: StackPaths, report: Reporter | None = None) -> None:
    """End every part and everything that they started, and nothing else. Ports stay remembered."""
    if report is None:
        with reporter() as report:
            return stop(stack, report)
    if not stack.root.exists():
        return None
    with locked(stack.lock_file, lambda holder: _waiting(report, holder)):
        _stop(stack, report)


def _stop(stack: StackPaths, report: Reporter) -> None:
    known = state.load(stack)
    running = {name: record for name, record in known.services.items() if processes.is_running(record.process)}
    # LocalStack first: its functions use the other two
    for names in (["localstack"], ["postgres", "valkey"]):
        _stop_together(stack, {name: running[name] for name in names if name in running}, report)
    leftovers = processes.of_stack(stack.root)
    if leftovers:
        with report.step("Leftover processes") as step:
            processes.end_all(leftovers)
            step.detail(f"{len(leftovers)} ended")
    for name, record in known.services.items():
        known.services[name] = ServiceRecord(record.port, None, record.fingerprint)
    known.deployment = None
    state.save(stack, known)


def _stop_together(stack: StackPaths, records: Mapping[str, ServiceRecord], report: Reporter) -> None:
    kinds = {kind.name: kind for kind in SERVICES}

    def stop_one(name: str) -> None:
        kind, process = kinds[name], records[name].process
        if process is not None:
            with report.step(f"Stopping {kind.title}"):
                processes.end(process, gently=kind.stop_signal, patience_s=kind.stop_patience_s)

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(stop_one, records))


def clean(stack: StackPaths, report: Reporter | None = None) -> None:
    """Stop the stack and remove all of its state: data, objects, logs, secrets, assembly."""
    if report is None:
        with reporter() as report:
            return clean(stack, report)
    stop(stack, report)
    if stack.root.exists():
        with (
            locked(stack.lock_file, lambda holder: _waiting(report, holder)),
            report.step("Removing the state") as step,
        ):
            shelter.remove(stack)
            shutil.rmtree(stack.root)
            shutil.rmtree(stack.assembly, ignore_errors=True)
            step.detail(str(stack.root))
    return None
