"""The function URL that streams."""

from __future__ import annotations

from aws_cdk import Duration, Tags
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from infra_cdk import names
from infra_cdk.capabilities.http_api import ALLOWED_HEADERS
from infra_cdk.config import Target


class StreamUrl(Construct):
    """Response streaming without API Gateway's limits; the function itself verifies the access token."""

    def __init__(self, scope: Construct, construct_id: str, *, target: Target, function: lambda_.Function) -> None:
        super().__init__(scope, construct_id)
        if target.custom_ids:
            # LocalStack reads the id of a function URL from the tags of its function
            Tags.of(function).add("_custom_id_", names.STREAM_URL_ID, include_resource_types=["AWS::Lambda::Function"])
        self.url = lambda_.FunctionUrl(
            self,
            "Url",
            function=function,
            auth_type=lambda_.FunctionUrlAuthType.NONE,
            invoke_mode=lambda_.InvokeMode.RESPONSE_STREAM,
            cors=lambda_.FunctionUrlCorsOptions(
                allowed_origins=list(target.allowed_origins),
                allowed_methods=[lambda_.HttpMethod.ALL],
                allowed_headers=ALLOWED_HEADERS,
                exposed_headers=["x-request-id"],
                max_age=Duration.hours(1),
            ),
        )
