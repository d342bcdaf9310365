"""``cdk deploy`` into the running LocalStack, with progress; skipped when it holds this very assembly already."""

import json
import re
import subprocess
import threading
from collections.abc import Sequence
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from docqa_localstack.host import assembly, credentials, seeds, state, tools
from docqa_localstack.host.assembly import Assembly
from docqa_localstack.host.endpoints import Endpoints
from docqa_localstack.host.errors import DeployError, HostError, last_lines
from docqa_localstack.host.files import locked
from docqa_localstack.host.paths import StackPaths
from docqa_localstack.host.processes import ProcessId, is_running
from docqa_localstack.host.report import Reporter, Step, reporter
from docqa_localstack.host.state import Deployment

POLL_S = 1.0
_CONSEQUENCE = re.compile(r"resource creation cancel|cancelled|the following resource\(s\) failed", re.IGNORECASE)


def deploy(stack: StackPaths, report: Reporter | None = None) -> dict[str, Any]:
    """Synthesize, seed and deploy; returns the outputs by stack name, as in ``outputs.json``.

    Raises DeployError, with the resource that failed and why; HostError when LocalStack does not run.
    """
    if report is None:
        with reporter() as report:
            return deploy(stack, report)
    with locked(stack.lock_file, lambda holder: report.note(f"Another command works on this stack ({holder}).")):
        return _deploy(stack, report)


def _deploy(stack: StackPaths, report: Reporter) -> dict[str, Any]:
    known, secrets = state.load(stack), credentials.ensure(stack)
    record = known.services.get("localstack")
    if record is None or record.process is None or not is_running(record.process):
        raise HostError("LocalStack does not run.", hint="Run: make up")
    endpoints = Endpoints.of({name: service.port for name, service in known.services.items()}, secrets)
    tools.check_node()
    with report.step("Packaging and synthesis") as step:
        found = assembly.synthesize(stack, step)
    with report.step("Deploying the stack") as step:
        if is_deployed(stack, known, found, record.process):
            step.detail("unchanged")
        else:
            known.deployment = None
            state.save(stack, known)
            _seed(endpoints, secrets)
            _Cdk(stack, endpoints.aws_url, found, step).deploy()
            known.deployment = Deployment(found.digest, record.process)
            state.save(stack, known)
            step.detail(f"{found.resource_count()} resources")
    return outputs(stack)


def is_deployed(stack: StackPaths, known: state.State, found: Assembly, process: ProcessId) -> bool:
    """Whether this LocalStack process holds this assembly."""
    return stack.outputs_file.exists() and known.deployment == Deployment(found.digest, process)


def outputs(stack: StackPaths) -> dict[str, Any]:
    """The outputs of the last deployment; empty when there was none."""
    try:
        saved: dict[str, Any] = json.loads(stack.outputs_file.read_text())
    except FileNotFoundError:
        return {}
    return saved


def _seed(endpoints: Endpoints, secrets: credentials.Credentials) -> None:
    try:
        seeds.plant(endpoints, secrets)
    except (ClientError, BotoCoreError) as error:
        raise DeployError(f"The asset bucket and the secrets could not be created: {error}.") from error


class _Cdk:
    """One run of the CDK command, watched through CloudFormation."""

    def __init__(self, stack: StackPaths, endpoint: str, found: Assembly, step: Step) -> None:
        self.stack, self.endpoint, self.assembly, self.step = stack, endpoint, found, step
        self.formation = seeds.client("cloudformation", endpoint)
        self.earlier = {event["EventId"] for name in found.stacks() for event in self._events(name)}

    def deploy(self) -> None:
        """Raises DeployError."""
        log = self.stack.log("deploy")
        done = threading.Event()
        watcher = threading.Thread(target=self._watch, args=(done,), daemon=True)
        watcher.start()
        try:
            with log.open("w") as output:
                code = subprocess.run(
                    self.command(),
                    cwd=self.stack.home.repository,
                    env=self.environment(),
                    stdin=subprocess.DEVNULL,
                    stdout=output,
                    stderr=subprocess.STDOUT,
                    check=False,
                ).returncode
        finally:
            done.set()
            watcher.join()
        if code:
            reasons = self.failures()
            raise DeployError(
                "The stack could not be deployed" + (": " + "; ".join(reasons) if reasons else "."),
                log=log,
                tail="" if reasons else last_lines(log),
            )

    def command(self) -> list[str]:
        # direct: without a change set, which here only costs two waits of 5 s; nobody looks at it before it is applied
        options = ["--require-approval", "never", "--method", "direct", "--progress", "events"]
        options += ["--no-notices", "--no-version-reporting"]
        outputs_file = str(self.stack.outputs_file)
        app = ["--app", str(self.assembly.folder), "--output", str(self.assembly.folder)]
        return [str(tools.cdk(self.stack.home)), "deploy", "--all", *app, *options, "--outputs-file", outputs_file]

    def environment(self) -> dict[str, str]:
        here = {"AWS_ENDPOINT_URL": self.endpoint, "AWS_ENDPOINT_URL_S3": self.endpoint}
        return {**assembly.local_environment(), **here, "CDK_HOME": str(self.stack.home.root / "cdk")}

    def _watch(self, done: threading.Event) -> None:
        total = self.assembly.resource_count()
        while not done.wait(POLL_S):
            complete = {event["LogicalResourceId"] for event in self._news() if _is_complete(event)}
            if complete:
                self.step.progress(min(len(complete), total), total)
            else:
                self.step.detail("uploading code and layers")

    def _news(self) -> list[dict[str, Any]]:
        """Events of this deployment's resources, oldest first."""
        events = [event for name in self.assembly.stacks() for event in reversed(self._events(name))]
        return [event for event in events if event["EventId"] not in self.earlier]

    def _events(self, name: str) -> Sequence[dict[str, Any]]:
        try:
            pages = self.formation.get_paginator("describe_stack_events").paginate(StackName=name)
            return [event for page in pages for event in page["StackEvents"]]
        except (ClientError, BotoCoreError):  # there is no such stack yet; this only feeds a display
            return []

    def failures(self) -> list[str]:
        """The resources that failed by themselves: ``AWS::X::Y "LogicalId": reason``."""
        found = []
        for event in self._news():
            reason = event.get("ResourceStatusReason", "")
            if event["ResourceStatus"].endswith("_FAILED") and reason and not _CONSEQUENCE.search(reason):
                sentence = f'{event.get("ResourceType")} "{event["LogicalResourceId"]}": {reason.strip()}'
                if sentence not in found:
                    found.append(sentence)
        return found


def _is_complete(event: dict[str, Any]) -> bool:
    is_stack = event.get("PhysicalResourceId") == event.get("StackId")
    return not is_stack and event["ResourceStatus"] in ("CREATE_COMPLETE", "UPDATE_COMPLETE")
