"""Physical names and the ARNs made from them.

The names are fixed, so that a function can know the state machine that calls it without a circular reference.
"""

from __future__ import annotations

from aws_cdk import ArnFormat, Aws, Stack
from constructs import Construct

STATE_MACHINE = "docqa-ingest"
API = "docqa"
STREAM_URL_ID = "docqastream"
DATABASE_SECRET = "docqa/database"  # noqa: S105 - names, not values
CACHE_SECRET = "docqa/cache"  # noqa: S105
PROVIDERS_SECRET = "docqa/providers"  # noqa: S105
TOKENS_SECRET = "docqa/tokens"  # noqa: S105
LIMITS_PARAMETER = "/docqa/limits"
UPLOADS_PREFIX = "uploads/"
ARTIFACTS_PREFIX = "artifacts/"


def function_name(name: str) -> str:
    """`docqa-<name>`."""
    return f"docqa-{name}"


def function_arn(scope: Construct, name: str) -> str:
    """ARN of one of our functions, without referring to its resource."""
    return Stack.of(scope).format_arn(
        service="lambda",
        resource="function",
        resource_name=function_name(name),
        arn_format=ArnFormat.COLON_RESOURCE_NAME,
    )


def state_machine_arn(scope: Construct) -> str:
    """ARN of the ingest state machine."""
    return Stack.of(scope).format_arn(
        service="states",
        resource="stateMachine",
        resource_name=STATE_MACHINE,
        arn_format=ArnFormat.COLON_RESOURCE_NAME,
    )


def executions_arn(scope: Construct) -> str:
    """Pattern for the executions of the ingest state machine; an execution has no name before it runs."""
    return Stack.of(scope).format_arn(
        service="states",
        resource="execution",
        resource_name=f"{STATE_MACHINE}:*",
        arn_format=ArnFormat.COLON_RESOURCE_NAME,
    )


def parameter_arn(scope: Construct) -> str:
    """ARN of the limits parameter; its name begins with the slash that an ARN would add."""
    return Stack.of(scope).format_arn(service="ssm", resource="parameter", resource_name=LIMITS_PARAMETER.lstrip("/"))


def bucket_name(scope: Construct, kind: str) -> str:
    """`docqa-<kind>-<account>-<region>`: bucket names are shared by all accounts of AWS."""
    stack = Stack.of(scope)
    return f"docqa-{kind}-{stack.account}-{stack.region}"


def bedrock_models() -> tuple[str, str]:
    """Patterns of Bedrock's models, and of the profiles by which the newer ones are asked."""
    start = f"arn:{Aws.PARTITION}:bedrock:*:"
    return f"{start}:foundation-model/*", f"{start}*:inference-profile/*"
