"""Every function: limits, logs, and a role that can do what it needs and nothing else."""

import pytest

from infra_cdk.catalog import FUNCTIONS, FunctionSpec, Need
from tests.infrastructure.template import Template, as_list

by_name = pytest.mark.parametrize("spec", FUNCTIONS, ids=lambda spec: spec.name)


@by_name
def test_runs_within_its_limits(template: Template, spec: FunctionSpec) -> None:
    function = template.function(spec.name)
    assert (function["Timeout"], function["MemorySize"]) == (spec.timeout_s, spec.memory_mb)
    assert function["Handler"] == spec.handler
    assert function["Runtime"] == f"python{template.target.python}"
    assert len(function["Layers"]) == len(spec.layers) <= 5


@by_name
def test_writes_to_its_own_log_group_that_ends(template: Template, spec: FunctionSpec) -> None:
    logical_id = template.function(spec.name)["LoggingConfig"]["LogGroup"]["Ref"]
    group = template.resource(logical_id)["Properties"]
    assert group["LogGroupName"] == f"/aws/lambda/docqa-{spec.name}"
    assert group["RetentionInDays"] == {"local": 7, "aws": 30}[template.target.name]
    assert f"<{logical_id}.Arn>" in template.grants(spec.name)["logs:PutLogEvents"]


@by_name
def test_no_action_is_a_wildcard(template: Template, spec: FunctionSpec) -> None:
    for statement in template.statements(template.role_of(spec.name)):
        assert statement["Effect"] == "Allow"
        actions = as_list(statement["Action"])
        assert not [action for action in actions if "*" in action]
        if statement["Resource"] == "*":
            assert all(action.startswith("xray:Put") for action in actions)


@by_name
def test_no_managed_policies(template: Template, spec: FunctionSpec) -> None:
    assert "ManagedPolicyArns" not in template.resource(template.role_of(spec.name))["Properties"]


def test_actions_are_exactly_what_each_function_needs(template: Template) -> None:
    everywhere = {"logs:CreateLogStream", "logs:PutLogEvents", "xray:PutTraceSegments", "xray:PutTelemetryRecords"}
    actions = {spec.name: sorted(set(template.grants(spec.name)) - everywhere) for spec in FUNCTIONS}
    secret, parameter, invoke = "secretsmanager:GetSecretValue", "ssm:GetParameter", "lambda:InvokeFunction"
    get, put, delete, see = "s3:GetObject", "s3:PutObject", "s3:DeleteObject", "s3:ListBucket"
    bedrock = ("bedrock:InvokeModel", "bedrock:InvokeModelWithResponseStream")
    assert actions == {
        "api": sorted([secret, parameter, invoke, get, put, delete, see, "states:StartExecution"]),
        "stream": sorted([secret, parameter, invoke, *bedrock]),
        "inference": [],
        "ingest-claim": sorted([secret, parameter, get, put, see]),
        "ingest-parse": sorted([secret, parameter, get, put, see]),
        "ingest-chunk": sorted([secret, invoke, get, put, see]),
        "ingest-embed": sorted([secret, invoke, get, see]),
        "ingest-publish": sorted([secret, invoke, get, see]),
        "ingest-status": [secret],
        "migrate": [secret],
        "janitor": sorted([secret, get, see, "states:StartExecution", "states:DescribeExecution"]),
        "index": [secret],
        "reindex": sorted([secret, invoke]),
    }


def test_objects_are_reached_only_below_our_prefixes(template: Template) -> None:
    for spec in FUNCTIONS:
        for statement in template.statements(template.role_of(spec.name)):
            if set(as_list(statement["Action"])) & {"s3:GetObject", "s3:PutObject", "s3:DeleteObject"}:
                assert template.text(statement["Resource"]).endswith((".Arn>/uploads/*", ".Arn>/artifacts/*"))


def test_the_state_machine_and_the_inference_function_are_named(template: Template) -> None:
    assert template.grants("api")["states:StartExecution"].endswith(':stateMachine:docqa-ingest"')
    assert template.grants("janitor")["states:DescribeExecution"].endswith(':execution:docqa-ingest:*"')
    assert template.grants("ingest-embed")["lambda:InvokeFunction"].endswith(':function:docqa-inference"')


def test_only_the_doors_can_read_the_signing_key(template: Template) -> None:
    holders = {spec.name for spec in FUNCTIONS if "DOCQA_TOKENS_SECRET" in template.environment(spec.name)}
    assert holders == {spec.name for spec in FUNCTIONS if Need.TOKENS in spec.needs} == {"api", "stream"}


def test_only_what_works_for_people_can_read_the_keys_of_providers(template: Template) -> None:
    holders = {spec.name for spec in FUNCTIONS if "DOCQA_PROVIDERS_SECRET" in template.environment(spec.name)}
    assert holders == {spec.name for spec in FUNCTIONS if Need.PROVIDERS in spec.needs} == {"api", "stream"}


def test_environment_of_the_api(template: Template) -> None:
    environment = template.environment("api")
    assert set(environment) - {"DOCQA_LOCAL_ENVIRONMENTS"} == {
        "DOCQA_ARTIFACTS_BUCKET",
        "DOCQA_CACHE_SECRET",
        "DOCQA_PROVIDERS_SECRET",
        "DOCQA_CORS_ORIGINS",
        "DOCQA_DATABASE_SECRET",
        "DOCQA_INFERENCE_FUNCTION",
        "DOCQA_LIMITS_PARAMETER",
        "DOCQA_STAGE",
        "DOCQA_STATE_MACHINE_ARN",
        "DOCQA_TOKENS_SECRET",
        "DOCQA_UPLOADS_BUCKET",
        "LOG_LEVEL",
        "POWERTOOLS_SERVICE_NAME",
    }
    assert environment["DOCQA_STAGE"] == template.target.name
    assert environment["DOCQA_CORS_ORIGINS"] == ",".join(template.target.allowed_origins)


def test_the_stream_function_enters_through_the_wrapper(template: Template) -> None:
    wrapped = {s.name for s in FUNCTIONS if "AWS_LAMBDA_EXEC_WRAPPER" in template.environment(s.name)}
    assert wrapped == {"stream"}
    assert template.environment("stream")["AWS_LAMBDA_EXEC_WRAPPER"] == "/opt/streaming-runtime"
    assert float(template.environment("stream")["STREAMING_RUNTIME_DISCONNECT_GRACE"]) < 300


def test_a_laptop_bounds_its_environments_and_aws_does_not(local: Template, aws: Template) -> None:
    bounds = {spec.name: local.environment(spec.name)["DOCQA_LOCAL_ENVIRONMENTS"] for spec in FUNCTIONS}
    assert (bounds["inference"], bounds["ingest-parse"], bounds["api"], bounds["stream"]) == ("2", "4", "8", "24")
    assert not any("DOCQA_LOCAL_ENVIRONMENTS" in aws.environment(spec.name) for spec in FUNCTIONS)


def test_aws_traces(local: Template, aws: Template) -> None:
    for spec in FUNCTIONS:
        assert aws.function(spec.name)["TracingConfig"] == {"Mode": "Active"}
        assert "TracingConfig" not in local.function(spec.name)
