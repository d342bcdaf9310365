"""Brings the database to the schema of this deploy, before anything of it runs."""

from __future__ import annotations

from aws_cdk import CustomResource, Duration
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

RESOURCE_TYPE = "Custom::DatabaseMigration"


class Migrations(Construct):
    """A custom resource: CloudFormation calls the function on the first deploy, and whenever `version` changes."""

    def __init__(
        self, scope: Construct, construct_id: str, *, function: lambda_.IFunction, version: str, timeout_s: int
    ) -> None:
        super().__init__(scope, construct_id)
        self.resource = CustomResource(
            self,
            "Resource",
            service_token=function.function_arn,
            resource_type=RESOURCE_TYPE,
            properties={"Version": version},
            service_timeout=Duration.seconds(timeout_s),
        )
