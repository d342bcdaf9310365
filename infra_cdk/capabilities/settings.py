"""Secrets and parameters that the functions read."""

from __future__ import annotations

import json
from collections.abc import Mapping

from aws_cdk import ArnFormat, RemovalPolicy, Stack
from aws_cdk import aws_secretsmanager as secretsmanager
from aws_cdk import aws_ssm as ssm
from constructs import Construct

from infra_cdk import names
from infra_cdk.config import Target
from infra_cdk.nag import acknowledge

LIMITS = {"max_upload_bytes": 100 * 1024 * 1024, "max_pages": 2000}
PROVIDERS = ("groq", "openai", "anthropic", "cohere", "bedrock", "openai-compatible", "langsmith")

# secret -> (JSON that an operator completes, field that Secrets Manager generates)
_TEMPLATES = {
    names.DATABASE_SECRET: ({"url": ""}, "generated_password"),
    names.CACHE_SECRET: ({"url": ""}, "generated_password"),
    # an empty key is none: quotes answer and the local model reranks. Bedrock's may be "role": the function's own.
    # A field "tool.NAME" is the key of that tool server
    names.PROVIDERS_SECRET: (dict.fromkeys(PROVIDERS, ""), "unused"),
    names.TOKENS_SECRET: ({}, "signing_key"),
}


class Settings(Construct):
    """Secrets by name: created here where the target says so, else put there by the host before the deploy.

    secret_arns: name -> ARN for a policy. limits: the parameter, changed without a deploy.
    """

    def __init__(self, scope: Construct, construct_id: str, *, target: Target) -> None:
        super().__init__(scope, construct_id)
        self.limits = ssm.StringParameter(
            self,
            "Limits",
            parameter_name=names.LIMITS_PARAMETER,
            description="Largest upload in bytes and most pages of one document",
            string_value=json.dumps(LIMITS),
        )
        make = self._created if target.creates_secrets else self._existing
        self.secret_arns: Mapping[str, str] = {name: make(name) for name in _TEMPLATES}

    def _created(self, name: str) -> str:
        template, generated = _TEMPLATES[name]
        secret = secretsmanager.Secret(
            self,
            name.rsplit("/", 1)[-1].capitalize(),
            secret_name=name,
            generate_secret_string=secretsmanager.SecretStringGenerator(
                secret_string_template=json.dumps(template),
                generate_string_key=generated,
                password_length=64,
                exclude_punctuation=True,
            ),
            removal_policy=RemovalPolicy.RETAIN,
        )
        acknowledge(
            secret,
            {
                "SMG4": "The value belongs to a server outside this stack, or signs tokens that must outlive a "
                "rotation; it is rotated with them, by the runbook."
            },
        )
        return secret.secret_arn

    def _existing(self, name: str) -> str:
        # Secrets Manager ends every ARN with a hyphen and six random characters
        return Stack.of(self).format_arn(
            service="secretsmanager",
            resource="secret",
            resource_name=f"{name}-??????",
            arn_format=ArnFormat.COLON_RESOURCE_NAME,
        )
