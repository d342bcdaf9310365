"""The ingest state machine and the three rules around it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from aws_cdk import aws_events as events
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_stepfunctions as sfn
from constructs import Construct

from infra_cdk import names
from infra_cdk.capabilities.dead_letters import DeadLetters
from infra_cdk.capabilities.ingest_definition import STEPS, definition, placeholder
from infra_cdk.capabilities.logs import kept_logs
from infra_cdk.config import Target
from infra_cdk.nag import acknowledge

_RETRY = events.CfnRule.RetryPolicyProperty(maximum_event_age_in_seconds=3600, maximum_retry_attempts=20)


class IngestMachine(Construct):
    """A Standard state machine: it may run for half an hour, and each execution keeps its history."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        target: Target,
        functions: Mapping[str, lambda_.IFunction],
        permanent_errors: Sequence[str],
    ) -> None:
        super().__init__(scope, construct_id)
        arns = {step: functions[f"ingest-{step}"].function_arn for step in STEPS}
        role = iam.Role(
            self,
            "Role",
            assumed_by=iam.ServicePrincipal("states.amazonaws.com"),
            inline_policies={"access": iam.PolicyDocument(statements=_statements(list(arns.values()), target))},
        )
        self.resource = sfn.CfnStateMachine(
            self,
            "Resource",
            state_machine_name=names.STATE_MACHINE,
            state_machine_type="STANDARD",
            role_arn=role.role_arn,
            definition_string=json.dumps(
                definition(
                    permanent_errors=permanent_errors,
                    parse_concurrency=target.parse_concurrency,
                    embed_concurrency=target.embed_concurrency,
                )
            ),
            definition_substitutions={placeholder(step): arn for step, arn in arns.items()},
            logging_configuration=self._logging(target) if target.access_logs else None,
            tracing_configuration=sfn.CfnStateMachine.TracingConfigurationProperty(enabled=True)
            if target.tracing
            else None,
        )
        acknowledge(self.resource, {"SF1": "Errors are logged; every other event is in the history of the execution."})
        if not target.tracing:
            acknowledge(self.resource, {"SF2": "LocalStack has no X-Ray; the aws target traces."})
        else:
            reason = "X-Ray and log delivery have no resources: their actions work on all or on none."
            acknowledge(role, {"IAM5[Resource::*]": reason})

    def _logging(self, target: Target) -> sfn.CfnStateMachine.LoggingConfigurationProperty:
        group = kept_logs(self, "Logs", name=f"/aws/vendedlogs/states/{names.STATE_MACHINE}", target=target)
        return sfn.CfnStateMachine.LoggingConfigurationProperty(
            level="ERROR",
            include_execution_data=False,
            destinations=[
                sfn.CfnStateMachine.LogDestinationProperty(
                    cloud_watch_logs_log_group=sfn.CfnStateMachine.CloudWatchLogsLogGroupProperty(
                        log_group_arn=group.log_group_arn
                    )
                )
            ],
        )


class UploadRule(Construct):
    """Every object below `uploads/` starts the state machine; what cannot be delivered waits in a queue."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        bucket: s3.IBucket,
        machine: IngestMachine,
        dead_letters: DeadLetters,
    ) -> None:
        super().__init__(scope, construct_id)
        arn = machine.resource.ref
        role = iam.Role(
            self,
            "Role",
            assumed_by=iam.ServicePrincipal("events.amazonaws.com"),
            inline_policies={
                "start": iam.PolicyDocument(
                    statements=[iam.PolicyStatement(actions=["states:StartExecution"], resources=[arn])]
                )
            },
        )
        paths = {"bucket": "$.detail.bucket.name", "key": "$.detail.object.key", "size": "$.detail.object.size"}
        paths["event_id"] = "$.id"
        rule = events.CfnRule(
            self,
            "Resource",
            description="An uploaded object starts its ingest",
            event_pattern={
                "source": ["aws.s3"],
                "detail-type": ["Object Created"],
                "detail": {
                    "bucket": {"name": [bucket.bucket_name]},
                    "object": {"key": [{"prefix": names.UPLOADS_PREFIX}]},
                },
            },
            targets=[
                events.CfnRule.TargetProperty(
                    id="ingest",
                    arn=arn,
                    role_arn=role.role_arn,
                    retry_policy=_RETRY,
                    dead_letter_config=events.CfnRule.DeadLetterConfigProperty(arn=dead_letters.queue.queue_arn),
                    input_transformer=events.CfnRule.InputTransformerProperty(
                        input_paths_map=paths,
                        input_template="{" + ", ".join(f'"{name}": <{name}>' for name in paths) + "}",
                    ),
                )
            ],
        )
        dead_letters.accept_from(rule.attr_arn)


class FailureRule(Construct):
    """An execution that failed, timed out or was aborted tells `ingest-status`, which tells the document."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        machine: IngestMachine,
        function: lambda_.IFunction,
        dead_letters: DeadLetters,
    ) -> None:
        super().__init__(scope, construct_id)
        rule = events.CfnRule(
            self,
            "Resource",
            description="A failed ingest tells its document",
            event_pattern={
                "source": ["aws.states"],
                "detail-type": ["Step Functions Execution Status Change"],
                "detail": {"status": ["FAILED", "TIMED_OUT", "ABORTED"], "stateMachineArn": [machine.resource.ref]},
            },
            targets=[
                events.CfnRule.TargetProperty(
                    id="status",
                    arn=function.function_arn,
                    retry_policy=_RETRY,
                    dead_letter_config=events.CfnRule.DeadLetterConfigProperty(arn=dead_letters.queue.queue_arn),
                )
            ],
        )
        dead_letters.accept_from(rule.attr_arn)
        allow_rule(self, rule, function)


class Schedule(Construct):
    """Calls a function every so many minutes."""

    def __init__(
        self, scope: Construct, construct_id: str, *, function: lambda_.IFunction, minutes: int, purpose: str
    ) -> None:
        super().__init__(scope, construct_id)
        rule = events.CfnRule(
            self,
            "Resource",
            description=purpose,
            schedule_expression=f"rate({minutes} minute{'s' if minutes > 1 else ''})",
            targets=[events.CfnRule.TargetProperty(id="function", arn=function.function_arn)],
        )
        allow_rule(self, rule, function)


def allow_rule(scope: Construct, rule: events.CfnRule, function: lambda_.IFunction) -> None:
    """Let exactly this rule call the function."""
    lambda_.CfnPermission(
        scope,
        "Permission",
        action="lambda:InvokeFunction",
        function_name=function.function_arn,
        principal="events.amazonaws.com",
        source_arn=rule.attr_arn,
    )


def _statements(function_arns: list[str], target: Target) -> list[iam.PolicyStatement]:
    statements = [iam.PolicyStatement(actions=["lambda:InvokeFunction"], resources=function_arns)]
    if target.tracing:
        # https://docs.aws.amazon.com/step-functions/latest/dg/cw-logs.html names these actions and "*"
        deliveries = [
            "CreateLogDelivery",
            "GetLogDelivery",
            "UpdateLogDelivery",
            "DeleteLogDelivery",
            "ListLogDeliveries",
        ]
        policies = ["PutResourcePolicy", "DescribeResourcePolicies", "DescribeLogGroups"]
        traces = ["PutTraceSegments", "PutTelemetryRecords", "GetSamplingRules", "GetSamplingTargets"]
        actions = [*(f"logs:{name}" for name in (*deliveries, *policies)), *(f"xray:{name}" for name in traces)]
        statements.append(iam.PolicyStatement(actions=actions, resources=["*"]))
    return statements
