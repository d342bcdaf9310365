"""What each need of a function means: environment variables, and the narrowest statement that serves it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from aws_cdk import Aws, CfnElement, Stack, Token
from aws_cdk import aws_iam as iam
from aws_cdk import aws_s3 as s3
from constructs import Construct

from infra_cdk import names
from infra_cdk.capabilities.settings import Settings
from infra_cdk.capabilities.storage import Storage
from infra_cdk.catalog import Need


@dataclass(frozen=True, kw_only=True)
class Access:
    """environment: variables to set. statements: what the role may do. findings: its wildcards, each with a reason."""

    environment: Mapping[str, str]
    statements: tuple[iam.PolicyStatement, ...]
    findings: Mapping[str, str]


@dataclass(frozen=True, kw_only=True)
class Resources:
    """What functions may be let at."""

    scope: Construct
    storage: Storage
    settings: Settings

    def access(self, needs: frozenset[Need]) -> Access:
        """Environment and statements for a set of needs, in a stable order."""
        environment: dict[str, str] = {}
        statements: list[iam.PolicyStatement] = []
        for need in sorted(needs):
            environment |= self._environment(need)
            statements.extend(self._statements(need))
        return Access(environment=environment, statements=tuple(statements), findings=self._findings(needs))

    def _environment(self, need: Need) -> dict[str, str]:
        match need:
            case Need.DATABASE:
                return {"DOCQA_DATABASE_SECRET": names.DATABASE_SECRET}
            case Need.CACHE:
                return {"DOCQA_CACHE_SECRET": names.CACHE_SECRET}
            case Need.PROVIDERS:
                return {"DOCQA_PROVIDERS_SECRET": names.PROVIDERS_SECRET}
            case Need.BEDROCK:
                return {}
            case Need.TOKENS:
                return {"DOCQA_TOKENS_SECRET": names.TOKENS_SECRET}
            case Need.LIMITS:
                return {"DOCQA_LIMITS_PARAMETER": names.LIMITS_PARAMETER}
            case Need.INFERENCE:
                return {"DOCQA_INFERENCE_FUNCTION": names.function_name("inference")}
            case Need.START_INGEST | Need.WATCH_INGEST:
                return {"DOCQA_STATE_MACHINE_ARN": names.state_machine_arn(self.scope)}
            case Need.UPLOADS_READ | Need.UPLOADS_POST | Need.UPLOADS_DELETE:
                return {"DOCQA_UPLOADS_BUCKET": self.storage.uploads.bucket_name}
            case Need.ARTIFACTS_READ | Need.ARTIFACTS_WRITE | Need.ARTIFACTS_DELETE:
                return {"DOCQA_ARTIFACTS_BUCKET": self.storage.artifacts.bucket_name}

    def _statements(self, need: Need) -> list[iam.PolicyStatement]:
        uploads, artifacts = self.storage.uploads, self.storage.artifacts
        upload_objects = uploads.arn_for_objects(f"{names.UPLOADS_PREFIX}*")
        artifact_objects = artifacts.arn_for_objects(f"{names.ARTIFACTS_PREFIX}*")
        match need:
            case Need.DATABASE:
                return [_secret(self.settings, names.DATABASE_SECRET)]
            case Need.CACHE:
                return [_secret(self.settings, names.CACHE_SECRET)]
            case Need.PROVIDERS:
                return [_secret(self.settings, names.PROVIDERS_SECRET)]
            case Need.BEDROCK:
                return [
                    iam.PolicyStatement(
                        actions=["bedrock:InvokeModel", "bedrock:InvokeModelWithResponseStream"],
                        resources=list(names.bedrock_models()),
                    )
                ]
            case Need.TOKENS:
                return [_secret(self.settings, names.TOKENS_SECRET)]
            case Need.LIMITS:
                return [_allow("ssm:GetParameter", names.parameter_arn(self.scope))]
            case Need.INFERENCE:
                return [_allow("lambda:InvokeFunction", names.function_arn(self.scope, "inference"))]
            case Need.START_INGEST:
                return [_allow("states:StartExecution", names.state_machine_arn(self.scope))]
            case Need.WATCH_INGEST:
                return [_allow("states:DescribeExecution", names.executions_arn(self.scope))]
            # without ListBucket S3 answers 403, not 404, for a key that does not exist
            case Need.UPLOADS_READ:
                return [_allow("s3:GetObject", upload_objects), _allow("s3:ListBucket", uploads.bucket_arn)]
            case Need.UPLOADS_POST:
                return [_allow("s3:PutObject", upload_objects)]
            case Need.UPLOADS_DELETE:
                return [_allow("s3:DeleteObject", upload_objects)]
            case Need.ARTIFACTS_READ:
                return [_allow("s3:GetObject", artifact_objects), _allow("s3:ListBucket", artifacts.bucket_arn)]
            case Need.ARTIFACTS_WRITE:
                return [_allow("s3:PutObject", artifact_objects)]
            case Need.ARTIFACTS_DELETE:
                return [_allow("s3:DeleteObject", artifact_objects), _allow("s3:ListBucket", artifacts.bucket_arn)]

    def _findings(self, needs: frozenset[Need]) -> dict[str, str]:
        stack, found = Stack.of(self.scope), {}
        keys = "The objects below this prefix are made at run time, one or more per document version."
        if needs & {Need.UPLOADS_READ, Need.UPLOADS_POST, Need.UPLOADS_DELETE}:
            found[_objects_finding(stack, self.storage.uploads, names.UPLOADS_PREFIX)] = keys
        if needs & {Need.ARTIFACTS_READ, Need.ARTIFACTS_WRITE, Need.ARTIFACTS_DELETE}:
            found[_objects_finding(stack, self.storage.artifacts, names.ARTIFACTS_PREFIX)] = keys
        if Need.BEDROCK in needs:
            for arn in names.bedrock_models():
                found[f"IAM5[Resource::{arn.replace(Aws.PARTITION, '<AWS::Partition>')}]"] = (
                    "Which model is asked is a setting, and one that spans regions runs in any of them."
                )
        if Need.WATCH_INGEST in needs:
            region = "<AWS::Region>" if Token.is_unresolved(stack.region) else stack.region
            account = "<AWS::AccountId>" if Token.is_unresolved(stack.account) else stack.account
            executions = f"arn:<AWS::Partition>:states:{region}:{account}:execution:{names.STATE_MACHINE}:*"
            found[f"IAM5[Resource::{executions}]"] = "An execution gets its name when it starts; the machine is named."
        return found


def _objects_finding(stack: Stack, bucket: s3.Bucket, prefix: str) -> str:
    resource = bucket.node.default_child
    assert isinstance(resource, CfnElement)
    return f"IAM5[Resource::<{stack.get_logical_id(resource)}.Arn>/{prefix}*]"


def _allow(action: str, resource: str) -> iam.PolicyStatement:
    return iam.PolicyStatement(actions=[action], resources=[resource])


def _secret(settings: Settings, name: str) -> iam.PolicyStatement:
    return _allow("secretsmanager:GetSecretValue", settings.secret_arns[name])
