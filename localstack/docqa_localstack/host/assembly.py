"""Synthesis: from ``infra_cdk`` to a cloud assembly, done again only when something that goes in has changed."""

import json
import os
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path

from docqa_localstack.host.commands import run_logged
from docqa_localstack.host.errors import DeployError, last_lines
from docqa_localstack.host.files import digest, digest_files
from docqa_localstack.host.paths import StackPaths
from docqa_localstack.host.report import Step
from docqa_localstack.host.services.localstack import REGION

INPUTS = (
    "infra_cdk",
    "functions",
    "layers",
    "localstack/requirements",
    "requirements",
    "package-lock.json",
    ".docqa/models",  # what was exported here
)
SETTINGS = (
    "DOCQA_PYTHON",
    "DOCQA_ORIGINS",
    "DOCQA_EMBEDDING_MODEL",
    "DOCQA_SEARCH_CACHE_TTL_S",
    "DOCQA_SEMANTIC_CACHE",
    "DOCQA_RERANK_BUDGET_MS",
    "DOCQA_COHERE_MODEL",
    "DOCQA_COHERE_BASE_URL",
    "DOCQA_LLM_CHAIN",
    "DOCQA_LLM_MODELS",
    "DOCQA_LLM_BASE_URLS",
    "DOCQA_LLM_FIRST_TOKEN_S",
    "DOCQA_LLM_RETRIES",
    "DOCQA_LLM_HEDGE_S",
    "DOCQA_COMPATIBLE_URL",
    "DOCQA_COMPATIBLE_MODEL",
    "DOCQA_COMPATIBLE_CONTEXT",
    "DOCQA_LANGSMITH",
    "DOCQA_LANGSMITH_URL",
    "DOCQA_TOOL_SERVERS",
)
"""Environment variables that infra_cdk reads."""

STAMP = ".inputs"
QUIET_JSII = {
    "JSII_SILENCE_WARNING_UNTESTED_NODE_VERSION": "1",
    "JSII_SILENCE_WARNING_DEPRECATED_NODE_VERSION": "1",
    "JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION": "20,21,22,23",  # wants the versions
}
PROXIES = ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY")
UNSET = frozenset({"AWS_PROFILE", "AWS_DEFAULT_PROFILE", "AWS_SESSION_TOKEN", *PROXIES})
"""What would lead the local commands to a real account, or loopback calls through a proxy."""


@dataclass(frozen=True, slots=True)
class Assembly:
    """A synthesized assembly. digest: of its manifest and templates, which name every asset by its hash."""

    folder: Path

    @property
    def digest(self) -> str:
        names = [path for path in self.folder.iterdir() if path.suffix == ".json" and not path.name.startswith("tree")]
        return digest_files(names, relative_to=self.folder)

    def resource_count(self) -> int:
        """How many resources all its templates declare."""
        templates = (json.loads(path.read_text()) for path in self.folder.glob("*.template.json"))
        return sum(len(template.get("Resources", {})) for template in templates)

    def stacks(self) -> list[str]:
        """The names of its CloudFormation stacks."""
        artifacts = json.loads((self.folder / "manifest.json").read_text()).get("artifacts", {})
        return [
            artifact.get("properties", {}).get("stackName", name)
            for name, artifact in artifacts.items()
            if artifact["type"] == "aws:cloudformation:stack"
        ]


def local_environment() -> dict[str, str]:
    """The environment of commands that must meet nothing but the local cloud."""
    environ = {name: value for name, value in os.environ.items() if name not in UNSET}
    return {
        **environ,
        **QUIET_JSII,
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_REGION": REGION,
        "AWS_DEFAULT_REGION": REGION,
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "AWS_EC2_METADATA_DISABLED": "true",
        "DOCQA_TARGET": "local",
        "CDK_DISABLE_VERSION_CHECK": "1",
        "CDK_DISABLE_CLI_TELEMETRY": "true",
        "NODE_OPTIONS": "--no-warnings",
        "NO_COLOR": "1",
        "CI": "1",
    }


def inputs_digest(stack: StackPaths) -> str:
    """Hash of everything that goes into the assembly: sources, pins, settings and the interpreter."""
    repository = stack.home.repository
    settings = [f"{name}={os.environ.get(name, '')}" for name in SETTINGS]
    existing = [repository / name for name in INPUTS if (repository / name).exists()]
    return digest(digest_files(existing, relative_to=repository), sys.version, *settings)


def is_current(stack: StackPaths) -> bool:
    stamp = stack.assembly / STAMP
    return stamp.exists() and stamp.read_text() == inputs_digest(stack)


def synthesize(stack: StackPaths, step: Step) -> Assembly:
    """Run ``python -m infra_cdk.app``, which also packages what functions and layers need, unless nothing changed.

    Raises DeployError with the end of its output.
    """
    inputs = inputs_digest(stack)
    stamp = stack.assembly / STAMP
    if stamp.exists() and stamp.read_text() == inputs:
        step.detail("unchanged")
        return Assembly(stack.assembly)
    aside = stack.assembly.with_name(f".{stack.name}-new")
    shutil.rmtree(aside, ignore_errors=True)
    _run_app(stack, aside, step)
    (aside / STAMP).write_text(inputs)
    shutil.rmtree(stack.assembly, ignore_errors=True)
    aside.rename(stack.assembly)
    found = Assembly(stack.assembly)
    step.detail(f"{found.resource_count()} resources")
    return found


def _run_app(stack: StackPaths, folder: Path, step: Step) -> None:
    log = stack.log("synth")
    log.parent.mkdir(parents=True, exist_ok=True)
    folder.parent.mkdir(parents=True, exist_ok=True)
    environment = {**local_environment(), "CDK_OUTDIR": str(folder), "PYTHONUNBUFFERED": "1"}
    with log.open("w") as output:
        code = run_logged(
            [sys.executable, "-m", "infra_cdk.app"],
            environment=environment,
            log=output,
            step=step,
            folder=stack.home.repository,
        )
    if code or not (folder / "manifest.json").exists():
        raise DeployError("The stack could not be synthesized.", log=log, tail=last_lines(log, 25))
