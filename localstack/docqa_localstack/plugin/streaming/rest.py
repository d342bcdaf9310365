"""REST APIs with responseTransferMode STREAM.

https://docs.aws.amazon.com/apigateway/latest/developerguide/response-transfer-mode-lambda.html

LocalStack knows the field and refuses the integration URI that belongs to it
(``…/2021-11-15/functions/<arn>/response-streaming-invocations``).
"""

import json
import logging
from types import ModuleType
from typing import Any

from docqa_localstack.plugin.executor.stream import ClientGoneError, StreamBrokenError
from docqa_localstack.plugin.streaming.client import CLIENT_KEY

LOG = logging.getLogger(__name__)
STREAMING_PATH = ":lambda:path/2021-11-15/functions/"
INVOKE_PATH = ":lambda:path/2015-03-31/functions/"
STREAMING_SUFFIX = "/response-streaming-invocations"


def accept_streaming_uri(module: ModuleType) -> None:
    """Patch localstack.services.apigateway.legacy.provider: validate the URI as if it were the buffered one."""
    provider = module.ApigatewayProvider
    original = provider.put_integration

    def put_integration(self: Any, context: Any, request: Any, **kwargs: Any) -> Any:
        uri = request.get("uri") or ""
        if STREAMING_PATH in uri:
            if request.get("responseTransferMode") not in (None, "STREAM"):
                raise module.BadRequestException("a streaming URI needs the response transfer mode STREAM")
            request["uri"] = uri.replace(STREAMING_PATH, INVOKE_PATH)
        return original(self, context, request, **kwargs)

    put_integration.__dict__.update(original.__dict__)  # LocalStack finds operations by these marks
    provider.put_integration = put_integration


def stream_integration(module: ModuleType) -> None:
    """Patch localstack.services.apigateway.next_gen.execute_api.integrations.aws."""
    integration = module.RestApiAwsProxyIntegration
    original = integration.invoke

    def invoke(self: Any, context: Any) -> Any:
        uri = context.integration_request["uri"]
        if uri.endswith(STREAMING_SUFFIX):
            return invoke_streaming(self, context, uri)
        return original(self, context)

    integration.invoke = invoke


def invoke_streaming(integration: Any, context: Any, uri: str) -> Any:
    """What the integration's `invoke` does, with an answer that may be streamed.

    Returns LocalStack's EndpointResponse; its body is an iterator when the answer is streamed.
    """
    from localstack.aws.api import CommonServiceException
    from localstack.aws.api.lambda_ import InvocationType
    from localstack.aws.protocol.serializer import gen_amzn_requestid
    from localstack.services.apigateway.next_gen.execute_api.gateway_response import IntegrationFailureError
    from localstack.services.lambda_.api_utils import FULL_FN_ARN_PATTERN
    from localstack.services.plugins import SERVICE_PLUGINS

    from docqa_localstack.plugin.streaming.function_urls import LambdaServiceHolder
    from docqa_localstack.plugin.streaming.invocation import BadPreludeError, StreamedInvocation

    SERVICE_PLUGINS.require("lambda")
    match = FULL_FN_ARN_PATTERN.search(uri.split("/functions/")[1].removesuffix(STREAMING_SUFFIX))
    if match is None:
        raise IntegrationFailureError("Internal server error", status_code=500)
    target = match.groupdict()
    invocation = StreamedInvocation(
        LambdaServiceHolder.current,
        gen_amzn_requestid(),
        context.request.environ.get(CLIENT_KEY),
        function_name=target["function_name"],
        qualifier=target["qualifier"],
        account_id=target["account_id"],
        region=target["region_name"],
        invocation_type=InvocationType.RequestResponse,
        client_context=None,
        payload=json.dumps(integration.create_lambda_input_event(context)).encode(),
    )
    try:
        answer = invocation.answer()
        if answer is None:
            return whole_answer(integration, invocation.result())
    except (BadPreludeError, StreamBrokenError, ClientGoneError, CommonServiceException) as error:
        LOG.warning("streamed integration: %s", error)
        raise IntegrationFailureError("Internal server error", status_code=502) from error
    return streamed_answer(invocation, answer)


def streamed_answer(invocation: Any, answer: Any) -> Any:
    from localstack.services.apigateway.next_gen.execute_api.context import EndpointResponse
    from werkzeug.datastructures import Headers

    headers = Headers()
    headers.update(answer.headers)
    for name, values in answer.multi_value_headers.items():
        headers.setlist(name, values)
    for cookie in answer.cookies:
        headers.add("Set-Cookie", cookie)
    headers.setdefault("Content-Type", "application/json")
    return EndpointResponse(headers=headers, body=invocation.body(answer), status_code=answer.status)


def whole_answer(integration: Any, result: Any) -> Any:
    """The answer of a function that does not stream. Raises LocalStack's IntegrationFailureError (502)."""
    from localstack.services.apigateway.next_gen.execute_api.context import EndpointResponse
    from localstack.services.apigateway.next_gen.execute_api.gateway_response import IntegrationFailureError
    from werkzeug.datastructures import Headers

    if result.is_error:
        raise IntegrationFailureError("Internal server error", status_code=502)
    fields = integration.parse_lambda_response(result.payload)
    headers = Headers({"Content-Type": "application/json"})
    headers.update(integration._merge_lambda_response_headers(fields))
    body = integration._parse_body(fields.get("body"), bool(fields.get("isBase64Encoded")))
    return EndpointResponse(headers=headers, body=body, status_code=int(fields.get("statusCode") or 200))
