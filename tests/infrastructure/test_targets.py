"""What each target can and cannot hold; cdk-nag; the environment."""

import json
from pathlib import Path

import aws_cdk as cdk
import pytest
from aws_cdk import aws_s3 as s3

from docqa.embeddings.catalog import EmbeddingModel
from docqa.embeddings.registry import described, listed
from docqa_localstack.host.assembly import SETTINGS
from infra_cdk import config
from infra_cdk.app import create_app, migrations_version, with_models
from infra_cdk.catalog import FUNCTIONS, LAYERS
from infra_cdk.packaging import Artifacts, PackagingError
from tests.infrastructure.conftest import Synthesize
from tests.infrastructure.template import Template

FUNCTION_NAMES = [spec.name for spec in FUNCTIONS]

# what LocalStack 4.13.1 has a provider for (its entry points) and our plugin updates in place
LOCALSTACK_TYPES = {
    "AWS::ApiGateway::Deployment",
    "AWS::ApiGateway::Method",
    "AWS::ApiGateway::Resource",
    "AWS::ApiGateway::RestApi",
    "AWS::ApiGateway::Stage",
    "AWS::CloudWatch::Alarm",
    "AWS::Events::Rule",
    "AWS::IAM::Policy",
    "AWS::IAM::Role",
    "AWS::Lambda::Function",
    "AWS::Lambda::LayerVersion",
    "AWS::Lambda::Permission",
    "AWS::Lambda::Url",
    "AWS::Logs::LogGroup",
    "AWS::S3::Bucket",
    "AWS::S3::BucketPolicy",
    "AWS::SQS::Queue",
    "AWS::SQS::QueuePolicy",
    "AWS::SSM::Parameter",
    "AWS::StepFunctions::StateMachine",
    "Custom::DatabaseMigration",
}


def test_local_holds_nothing_that_localstack_does_not_know(local: Template) -> None:
    assert local.types() <= LOCALSTACK_TYPES


def test_no_helper_brings_a_function_of_its_own(template: Template) -> None:
    names = {function["FunctionName"] for function in template.all("AWS::Lambda::Function").values()}
    assert names == {f"docqa-{name}" for name in FUNCTION_NAMES}
    assert all(name.startswith("docqa-") for name in names)


def test_local_needs_no_bootstrap(local: Template) -> None:
    assert "Parameters" not in local.body
    assets = json.loads((local.outdir / "docqa.assets.json").read_text(encoding="utf-8"))
    places = [place for file in assets["files"].values() for place in file["destinations"].values()]
    assert {place["bucketName"] for place in places} == {"docqa-assets-local"}
    assert not any("assumeRoleArn" in place for place in places)


def test_synthesis_looks_nothing_up(template: Template) -> None:
    manifest = json.loads((template.outdir / "manifest.json").read_text(encoding="utf-8"))
    assert not manifest.get("missing")


def test_assets_are_named_by_what_went_into_them(template: Template) -> None:
    assets = json.loads((template.outdir / "docqa.assets.json").read_text(encoding="utf-8"))["files"]
    zips = [file for file in assets.values() if file["source"]["path"].endswith(".zip")]
    assert len(zips) == len(LAYERS) + len({spec.family for spec in FUNCTIONS})
    assert {file["source"]["packaging"] for file in zips} == {"file"}
    assert not list(template.outdir.glob("asset.*")), "assets are used where they lie, not copied"


def test_nag_sees_what_is_wrong(artifacts: Artifacts, tmp_path: Path) -> None:
    """Both targets pass while the fixtures make them; this one must not."""
    app = create_app(
        config.aws(allowed_origins=("https://docqa.example",)),
        artifacts,
        permanent_errors=[],
        migrations_version="one",
        outdir=tmp_path,
        checked=True,
    )
    stack = app.node.find_child(config.STACK_NAME)
    s3.Bucket(stack, "Open", enforce_ssl=False, removal_policy=cdk.RemovalPolicy.DESTROY)
    with pytest.raises(RuntimeError, match="ValidationFailed"):
        app.synth()
    report = (tmp_path / "validation-report.json").read_text(encoding="utf-8")
    assert "AwsSolutions-S10" in report


def test_every_acknowledged_finding_has_a_reason(template: Template) -> None:
    metadata = json.loads((template.outdir / "docqa.metadata.json").read_text(encoding="utf-8"))
    reasons = [
        entry["data"] for entries in metadata.values() for entry in entries if "acknowledg" in entry["type"].lower()
    ]
    assert len(reasons) > 10
    for reason in reasons:
        assert "AwsSolutions-" in json.dumps(reason)


def test_the_environment_names_the_target() -> None:
    assert config.from_environment({}).name == "local"
    chosen = config.from_environment({"DOCQA_PYTHON": "3.13", "DOCQA_ORIGINS": "https://a.example, https://b.example"})
    assert (chosen.python, chosen.allowed_origins) == ("3.13", ("https://a.example", "https://b.example"))
    deployed = config.from_environment({"DOCQA_TARGET": "aws", "CDK_DEFAULT_REGION": "eu-central-1"})
    assert (deployed.name, deployed.region, deployed.account) == ("aws", "eu-central-1", None)


@pytest.mark.parametrize("wrong", [{"DOCQA_TARGET": "azure"}, {"DOCQA_PYTHON": "2.7"}])
def test_a_wrong_environment_says_what_to_set(wrong: dict[str, str]) -> None:
    (name,) = wrong
    with pytest.raises(config.ConfigurationError, match=f"{name} is .*: use "):
        config.from_environment(wrong)


def test_migrations_are_versioned_by_their_content(tmp_path: Path) -> None:
    with pytest.raises(PackagingError, match="no migrations"):
        migrations_version(tmp_path)
    (tmp_path / "0001.py").write_text("one", encoding="utf-8")
    first = migrations_version(tmp_path)
    (tmp_path / "0002.py").write_text("two", encoding="utf-8")
    assert migrations_version(tmp_path) != first


def test_exported_models_are_told_to_those_that_embed(synthesize: Synthesize, tmp_path: Path) -> None:
    folder = tmp_path / ".docqa" / "models" / "mini"
    folder.mkdir(parents=True)
    spec = EmbeddingModel(name="mini-int8", folder="mini", dimensions=384, pooling="mean", max_tokens=256)
    (folder / "model.json").write_text(described(spec), encoding="utf-8")
    target = with_models(config.local(python="3.11"), "mini-int8", root=tmp_path)
    template = synthesize(target)
    told = {name for name in FUNCTION_NAMES if "DOCQA_EMBEDDING_MODELS" in template.environment(name)}
    assert told == {"api", "stream", "inference", "ingest-chunk", "ingest-embed", "ingest-publish", "reindex"}
    for name in told:
        environment = template.environment(name)
        assert environment["DOCQA_EMBEDDING_MODEL"] == "mini-int8"
        assert listed(environment["DOCQA_EMBEDDING_MODELS"]) == [spec]


@pytest.mark.parametrize(("text", "chosen", "said"), [("{", "", "JSON"), (None, "no-such-model", "no-such-model")])
def test_models_that_cannot_be_stop_the_deploy(tmp_path: Path, text: str | None, chosen: str, said: str) -> None:
    if text:
        (tmp_path / ".docqa" / "models" / "mini").mkdir(parents=True)
        (tmp_path / ".docqa" / "models" / "mini" / "model.json").write_text(text, encoding="utf-8")
    with pytest.raises(config.ConfigurationError, match=said):
        with_models(config.local(python="3.11"), chosen, root=tmp_path)


def test_settings_of_the_search_go_to_those_that_search(synthesize: Synthesize) -> None:
    told = {"DOCQA_SEARCH_CACHE_TTL_S": "60", "DOCQA_SEMANTIC_CACHE": "0.95", "DOCQA_RERANK_BUDGET_MS": "500"}
    target = config.from_environment({"DOCQA_PYTHON": "3.11", **told, "DOCQA_COHERE_MODEL": ""})
    template = synthesize(target)
    for name in FUNCTION_NAMES:
        environment = template.environment(name)
        assert {key: environment.get(key) for key in told} == (
            told if name in ("api", "stream") else dict.fromkeys(told)
        )
        assert "DOCQA_COHERE_MODEL" not in environment


def test_what_the_deploy_reads_makes_it_synthesize_anew() -> None:
    assert set(config.SEARCH_SETTINGS) <= set(SETTINGS)
