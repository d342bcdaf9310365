"""One Python function with its own role and its own log group."""

from __future__ import annotations

from collections.abc import Mapping

from aws_cdk import Duration
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from infra_cdk import names
from infra_cdk.capabilities.access import Access
from infra_cdk.capabilities.layers import Layers, architecture, code, runtime
from infra_cdk.capabilities.logs import kept_logs
from infra_cdk.catalog import FunctionSpec, Need
from infra_cdk.config import Target
from infra_cdk.nag import acknowledge
from infra_cdk.packaging.artifacts import Artifact

STREAMING_WRAPPER = "/opt/streaming-runtime"
SEARCHING = frozenset({"api", "stream"})
"""Functions that search for people."""
MODELS = "/opt/models"


class PythonFunction(Construct):
    """Least privilege: the role writes to this function's log group and does what `access` says, nothing else."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        spec: FunctionSpec,
        target: Target,
        layers: Layers,
        artifact: Artifact,
        access: Access,
        environment: Mapping[str, str],
    ) -> None:
        super().__init__(scope, construct_id)
        name = names.function_name(spec.name)
        log_group = kept_logs(self, "Logs", name=f"/aws/lambda/{name}", target=target)
        writes_logs = iam.PolicyStatement(
            actions=["logs:CreateLogStream", "logs:PutLogEvents"], resources=[log_group.log_group_arn]
        )
        statements = [writes_logs, *access.statements, *(_traces() if target.tracing else ())]
        role = iam.Role(
            self,
            "Role",
            assumed_by=iam.ServicePrincipal("lambda.amazonaws.com"),
            inline_policies={"access": iam.PolicyDocument(statements=statements)},
        )
        self.function = lambda_.Function(
            self,
            "Function",
            function_name=name,
            handler=spec.handler,
            runtime=runtime(target),
            architecture=architecture(target),
            code=code(artifact),
            layers=layers.named(spec.layers),
            role=role.without_policy_updates(),
            memory_size=spec.memory_mb,
            timeout=Duration.seconds(spec.timeout_s),
            tracing=lambda_.Tracing.ACTIVE if target.tracing else lambda_.Tracing.DISABLED,
            log_group=log_group,
            environment={**_environment(spec, target), **access.environment, **environment},
        )
        acknowledge(
            self,
            {"L1": "Not the newest runtime: the newest for which every layer has wheels and the tests run."},
        )
        if access.findings:
            acknowledge(role, access.findings)
        if target.tracing:
            acknowledge(role, {"IAM5[Resource::*]": "X-Ray has no resources: its actions work on all or on none."})


def _traces() -> tuple[iam.PolicyStatement, ...]:
    return (iam.PolicyStatement(actions=["xray:PutTraceSegments", "xray:PutTelemetryRecords"], resources=["*"]),)


def _environment(spec: FunctionSpec, target: Target) -> dict[str, str]:
    variables = {
        "DOCQA_STAGE": target.name,
        "LOG_LEVEL": "INFO",
        "POWERTOOLS_SERVICE_NAME": names.function_name(spec.name),
    }
    if not {"models", "vocabulary"}.isdisjoint(spec.layers):
        variables["DOCQA_MODELS_DIR"] = MODELS
    if Need.INFERENCE in spec.needs or "models" in spec.layers:
        variables |= _embedding_models(target)
    if spec.name in SEARCHING:
        variables |= dict(target.search_settings)
    if "ocr-data" in spec.layers:
        variables["DOCQA_TESSDATA"] = f"{MODELS}/tessdata"
    if spec.streams:
        variables["AWS_LAMBDA_EXEC_WRAPPER"] = STREAMING_WRAPPER
        # an answer goes on for 20 s for a reader who comes back (docqa.http.replays), and longer while one is there
        variables["STREAMING_RUNTIME_DISCONNECT_GRACE"] = "240"
    if target.caps_environments:
        variables["DOCQA_LOCAL_ENVIRONMENTS"] = str(spec.local_environments)
    return variables


def _embedding_models(target: Target) -> dict[str, str]:
    """For those that embed or ask for it; the inference function finds the exported models in its layer."""
    chosen = {"DOCQA_EMBEDDING_MODEL": target.embedding_model, "DOCQA_EMBEDDING_MODELS": target.embedding_models}
    return {name: value for name, value in chosen.items() if value}
