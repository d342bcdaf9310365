"""The REST API: everything goes to the api function, but what streams goes to the stream function."""

from __future__ import annotations

from aws_cdk import Duration, Tags
from aws_cdk import aws_apigateway as apigateway
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from infra_cdk import names
from infra_cdk.capabilities.logs import kept_logs
from infra_cdk.config import Target
from infra_cdk.nag import acknowledge

# (method, path) of the stream function
STREAMED = (
    ("POST", "/api/v1/ask"),
    ("POST", "/api/v1/ask/stream"),
    ("GET", "/api/v1/documents/{id}/events"),
    ("ANY", "/v1/{proxy+}"),
    ("ANY", "/mcp"),
    ("ANY", "/api/v1/tools"),
    ("ANY", "/api/v1/tools/{proxy+}"),
)
# API Gateway takes the most specific resource, and one without a method answers 403: each resource on the way to a
# streamed one therefore needs its own road to the api function
BUFFERED = (
    "/",
    "/{proxy+}",
    "/api/v1/{proxy+}",
    "/api/v1/documents",
    "/api/v1/documents/{id}",
    "/api/v1/documents/{id}/{proxy+}",
)
# a streamed answer may take up to 15 minutes; without this API Gateway ends it after 29 s
STREAM_TIMEOUT_S = 300
ACCESS_LOGS = f"/aws/apigateway/{names.API}"
ALLOWED_HEADERS = ["Authorization", "Content-Type", "Last-Event-ID", "Idempotency-Key", "X-Request-ID"]


class HttpApi(Construct):
    """A regional REST API with throttling and CORS; on AWS with access logs and tracing."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        target: Target,
        buffered: lambda_.IFunction,
        streamed: lambda_.IFunction,
    ) -> None:
        super().__init__(scope, construct_id)
        self.api = apigateway.RestApi(
            self,
            "Api",
            rest_api_name=names.API,
            description="DocQA",
            endpoint_types=[apigateway.EndpointType.REGIONAL],
            cloud_watch_role=target.access_logs,
            deploy_options=self._stage(target),
            default_cors_preflight_options=apigateway.CorsOptions(
                allow_origins=list(target.allowed_origins),
                allow_methods=["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"],
                allow_headers=ALLOWED_HEADERS,
            ),
        )
        self.api.node.try_remove_child("Endpoint")  # an output of its own that the stack names better
        if target.custom_ids:
            Tags.of(self.api).add("_custom_id_", names.API, include_resource_types=["AWS::ApiGateway::RestApi"])
        to_api = apigateway.LambdaIntegration(buffered, scope_permission_to_method=False)
        to_stream = apigateway.LambdaIntegration(
            streamed,
            scope_permission_to_method=False,
            response_transfer_mode=apigateway.ResponseTransferMode.STREAM,
            timeout=Duration.seconds(STREAM_TIMEOUT_S),
        )
        for path in BUFFERED:
            self.api.root.resource_for_path(path).add_method("ANY", to_api)
        for method, path in STREAMED:
            self.api.root.resource_for_path(path).add_method(method, to_stream)
        acknowledge(self, _REASONS)
        if not target.access_logs:
            local = "LocalStack keeps no access logs of its API Gateway; the aws target does."
            acknowledge(self, {"APIG1": local, "APIG6": local})

    def _stage(self, target: Target) -> apigateway.StageOptions:
        group = kept_logs(self, "AccessLogs", name=ACCESS_LOGS, target=target) if target.access_logs else None
        return apigateway.StageOptions(
            stage_name=target.stage,
            throttling_rate_limit=200,
            throttling_burst_limit=400,
            access_log_destination=apigateway.LogGroupLogDestination(group) if group else None,
            access_log_format=_access_log_format() if group else None,
            logging_level=apigateway.MethodLoggingLevel.ERROR if group else None,
            tracing_enabled=target.tracing or None,
        )


def _access_log_format() -> apigateway.AccessLogFormat:
    return apigateway.AccessLogFormat.json_with_standard_fields(
        caller=False,
        http_method=True,
        ip=False,  # an address of a person, and of no use here
        protocol=True,
        request_time=True,
        resource_path=True,
        response_length=True,
        status=True,
        user=False,
    )


_REASONS = {
    "APIG2": "The functions validate every body against typed schemas and answer in one error shape.",
    "APIG3": "A web application firewall is a cost that the owner of the account decides on; throttling is on.",
    "APIG4": "Register, login and health are open by design; all else is authorised by our own access tokens.",
    "COG4": "Accounts are the application's own; there is no Cognito user pool.",
    "IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/service-role/AmazonAPIGatewayPushToCloudWatchLogs]": "The "
    "account-wide role of API Gateway for logs; this managed policy is the one that it is documented with.",
}
