"""Log groups that end."""

from __future__ import annotations

from aws_cdk import RemovalPolicy
from aws_cdk import aws_logs as logs
from constructs import Construct

from infra_cdk.config import Target

_RETENTION = {7: logs.RetentionDays.ONE_WEEK, 30: logs.RetentionDays.ONE_MONTH}


def kept_logs(scope: Construct, construct_id: str, *, name: str, target: Target) -> logs.LogGroup:
    """A log group with the target's retention; it goes with the stack, because its name would block the next deploy."""
    return logs.LogGroup(
        scope,
        construct_id,
        log_group_name=name,
        retention=_RETENTION[target.log_retention_days],
        removal_policy=RemovalPolicy.DESTROY,
    )
