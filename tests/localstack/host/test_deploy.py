"""The CDK command against the real LocalStack, with a small app in place of the platform's."""

import json
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from docqa_localstack.host import assembly, credentials, deploy, seeds, state, supervisor, tools
from docqa_localstack.host.errors import DeployError, HostError
from docqa_localstack.host.paths import StackPaths
from tests.localstack.host.conftest import REPOSITORY
from tests.localstack.host.support import Recorder

APP = """
import json, os, pathlib
runs = pathlib.Path("runs")
runs.write_text(str(int(runs.read_text()) + 1) if runs.exists() else "1")
folder = pathlib.Path(os.environ["CDK_OUTDIR"])
folder.mkdir(parents=True)
template = json.loads(pathlib.Path("infra_cdk/template.json").read_text())
(folder / "app.template.json").write_text(json.dumps(template))
stack = {
    "type": "aws:cloudformation:stack",
    "environment": "aws://000000000000/us-east-1",
    "properties": {"templateFile": "app.template.json", "stackName": "small"},
}
(folder / "manifest.json").write_text(json.dumps({"version": "36.0.0", "artifacts": {"small": stack}}))
"""


class App:
    """A checkout with an app that deploys one bucket and counts how often it was synthesized."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        (folder / "infra_cdk").mkdir(parents=True)
        (folder / "infra_cdk" / "__init__.py").touch()
        (folder / "infra_cdk" / "app.py").write_text(APP)
        (folder / "node_modules").symlink_to(REPOSITORY / "node_modules")
        self.bucket("docqa-first")

    def bucket(self, name: str) -> None:
        bucket = {"Type": "AWS::S3::Bucket", "Properties": {"BucketName": name}}
        template = {"Resources": {"Bucket": bucket}, "Outputs": {"Name": {"Value": {"Ref": "Bucket"}}}}
        (self.folder / "infra_cdk" / "template.json").write_text(json.dumps(template))

    @property
    def runs(self) -> int:
        return int((self.folder / "runs").read_text())


@pytest.fixture
def app(tmp_path: Path) -> App:
    return App(tmp_path / "repository")


@pytest.fixture
def deployed_stack(stack: StackPaths, app: App) -> Iterator[StackPaths]:
    """The running stack, with the small app as its checkout."""
    if not tools.cdk(stack.home).exists():
        pytest.fail("the CDK command is missing: npm ci")
    yield replace(stack, home=replace(stack.home, repository=app.folder))
    known = state.load(stack)
    known.deployment = None
    state.save(stack, known)


def test_deploys_once_and_again_only_what_changed(deployed_stack: StackPaths, app: App) -> None:
    stack = deployed_stack
    assert deploy.deploy(stack, Recorder()) == {"small": {"Name": "docqa-first"}}
    log = stack.log("deploy")
    written = log.stat().st_mtime_ns
    assert deploy.deploy(stack, Recorder()) == {"small": {"Name": "docqa-first"}}
    assert (app.runs, log.stat().st_mtime_ns) == (1, written)

    app.bucket("docqa-second")
    assert deploy.deploy(stack, Recorder()) == {"small": {"Name": "docqa-second"}}
    assert app.runs == 2

    app.bucket("Not_A_Bucket")
    with pytest.raises(DeployError) as raised:
        deploy.deploy(stack, Recorder())
    assert 'AWS::S3::Bucket "Bucket"' in str(raised.value)
    assert "not valid" in str(raised.value)
    assert "Traceback" not in raised.value.text()

    app.bucket("docqa-third")
    assert deploy.deploy(stack, Recorder()) == {"small": {"Name": "docqa-third"}}


def test_a_restarted_localstack_is_deployed_to_again_without_synthesis(
    deployed_stack: StackPaths, stack: StackPaths, app: App
) -> None:
    deploy.deploy(deployed_stack, Recorder())
    supervisor.stop(stack, Recorder())
    endpoints = supervisor.start(stack, Recorder())
    deploy.deploy(deployed_stack, Recorder())
    assert app.runs == 1
    buckets = seeds.client("s3", endpoints.aws_url).list_buckets()["Buckets"]
    assert "docqa-first" in {bucket["Name"] for bucket in buckets}


def test_secrets_and_the_asset_bucket_are_there_and_follow_the_stack(
    stack: StackPaths, monkeypatch: pytest.MonkeyPatch
) -> None:
    for variable in seeds.PROVIDER_KEYS.values():
        monkeypatch.delenv(variable, raising=False)
    endpoints, secrets = supervisor.start(stack, Recorder()), credentials.ensure(stack)
    seeds.plant(endpoints, secrets)
    manager = seeds.client("secretsmanager", endpoints.aws_url)

    def read(name: str) -> dict[str, str]:
        found: dict[str, str] = json.loads(manager.get_secret_value(SecretId=name)["SecretString"])
        return found

    assert read("docqa/database") == {"url": endpoints.database_url}
    assert read("docqa/cache") == {"url": endpoints.cache_url}
    assert read("docqa/tokens") == {"signing_key": secrets.token_signing_key}
    none = dict.fromkeys(seeds.PROVIDER_KEYS, "")
    assert read("docqa/providers") == none
    monkeypatch.setenv("COHERE_API_KEY", "a-key")
    moved = replace(endpoints, cache_url="redis://elsewhere")
    seeds.plant(moved, secrets)
    assert read("docqa/cache") == {"url": "redis://elsewhere"}
    assert read("docqa/providers") == {**none, "cohere": "a-key"}
    seeds.client("s3", endpoints.aws_url).head_bucket(Bucket=seeds.ASSET_BUCKET)


def test_a_failing_app_is_an_error_with_its_last_lines(deployed_stack: StackPaths, app: App) -> None:
    (app.folder / "infra_cdk" / "app.py").write_text("raise SystemExit('layer base is too large: 263 MB')")
    with pytest.raises(DeployError, match="could not be synthesized") as raised:
        deploy.deploy(deployed_stack, Recorder())
    assert "layer base is too large: 263 MB" in raised.value.tail


def test_synthesis_depends_on_sources_and_settings(
    paths: StackPaths, app: App, monkeypatch: pytest.MonkeyPatch
) -> None:
    stack = replace(paths, home=replace(paths.home, repository=app.folder))
    first = assembly.inputs_digest(stack)
    assert assembly.inputs_digest(stack) == first
    monkeypatch.setenv("DOCQA_PYTHON", "3.12")
    assert assembly.inputs_digest(stack) != first
    monkeypatch.delenv("DOCQA_PYTHON")
    app.bucket("docqa-other")
    assert assembly.inputs_digest(stack) != first


def test_deploying_into_nothing_is_refused_with_a_sentence(paths: StackPaths) -> None:
    with pytest.raises(HostError, match="LocalStack does not run") as raised:
        deploy.deploy(paths, Recorder())
    assert "make up" in raised.value.text()


def test_local_commands_cannot_meet_a_real_account(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_PROFILE", "production")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIAEXAMPLE")
    environ = assembly.local_environment()
    assert "AWS_PROFILE" not in environ
    assert environ["AWS_ACCESS_KEY_ID"] == "test"
    assert environ["AWS_CONFIG_FILE"] == "/dev/null"


def test_an_old_or_missing_node_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    node = tmp_path / "node"
    node.write_text(f"#!{sys.executable}\nprint('v18.19.1')\n")
    node.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(HostError, match=r"needs Node 20 or newer, and there is Node 18\.19\.1"):
        tools.check_node()
    node.unlink()
    with pytest.raises(HostError, match="there is no Node"):
        tools.check_node()
