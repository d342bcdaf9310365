"""Acknowledges cdk-nag findings; each with the reason why the rule does not fit."""

from __future__ import annotations

from collections.abc import Mapping

from aws_cdk import Acknowledgment, Validations
from constructs import IConstruct


def acknowledge(scope: IConstruct, reasons: Mapping[str, str]) -> None:
    """Acknowledge findings (`IAM5[Resource::*]` and so on, of AwsSolutions) below `scope`, each with its reason."""
    Validations.of(scope).acknowledge(
        *(Acknowledgment(id=f"AwsSolutions-{rule}", reason=reason) for rule, reason in reasons.items())
    )
