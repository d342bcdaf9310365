"""Function URLs: https://docs.aws.amazon.com/lambda/latest/dg/urls-invocation.html

LocalStack routes them by host name only, which does not resolve everywhere; here they are also reachable as
``/_aws/lambda-url/<url id>/<path>``, beside LocalStack's own ``/_aws/execute-api/<api id>/<stage>/<path>``.
"""

import json
import logging
from http import HTTPStatus
from types import ModuleType
from typing import Any
from urllib.parse import urlsplit

from docqa_localstack.plugin.executor.stream import ClientGoneError, StreamBrokenError
from docqa_localstack.plugin.streaming.client import CLIENT_KEY
from docqa_localstack.plugin.streaming.cors import PATH_PREFIX, add_cors_headers, preflight_response
from docqa_localstack.plugin.streaming.url_event import function_url_event

LOG = logging.getLogger(__name__)


def add_path_routes(router: Any) -> None:
    """Add the routes by path; the Lambda service is loaded with their first request."""

    def by_path(request: Any, url_id: str, path: str = "") -> Any:
        from localstack.services.plugins import SERVICE_PLUGINS

        SERVICE_PLUGINS.require("lambda")
        return serve(request, url_id, "/" + raw_path(request).removeprefix(PATH_PREFIX).partition("/")[2])

    router.add(f"{PATH_PREFIX}<url_id>", by_path, strict_slashes=False)
    router.add(f"{PATH_PREFIX}<url_id>/<greedy_path:path>", by_path)


class LambdaServiceHolder:
    """LocalStack's LambdaService, known once the Lambda service is loaded."""

    current: Any = None


def take_over_router(module: ModuleType) -> None:
    """Patch localstack.services.lambda_.urlrouter: function URLs by host name are served by us, too."""
    router_class = module.FunctionUrlRouter
    original = router_class.__init__

    def __init__(self: Any, router: Any, lambda_service: Any) -> None:
        original(self, router, lambda_service)
        LambdaServiceHolder.current = lambda_service

    def handle(self: Any, request: Any, api_id: str, region: str, **url_params: str) -> Any:
        return serve(request, api_id, raw_path(request))

    router_class.__init__ = __init__
    router_class.handle_lambda_url_invocation = handle


def serve(request: Any, url_id: str, path: str) -> Any:
    """Answer a request to a function URL; `path` is the one that the function sees."""
    from localstack.http import Response

    url = find_url(url_id)
    if url is None:
        headers = {"x-amzn-ErrorType": "AccessDeniedException"}
        return Response('{"Message":null}', 403, mimetype="application/json", headers=headers)
    if url.cors and (preflight := preflight_response(url.cors, request)) is not None:
        return preflight
    response = invoke(request, url, path)
    if url.cors:
        add_cors_headers(response, url.cors, request.headers.get("Origin"))
    return response


def raw_path(request: Any) -> str:
    """The path as the client has sent it, percent-encoded."""
    uri = str(request.environ["RAW_URI"]).partition("?")[0]
    return uri if uri.startswith("/") else urlsplit(uri).path or "/"  # a proxy sends the whole URL


def find_url(url_id: str) -> Any:
    """LocalStack's FunctionUrlConfig with this id, in any account and region; None if there is none."""
    from localstack.services.lambda_.invocation.models import lambda_stores

    for account in list(lambda_stores.values()):
        for store in list(account.values()):
            for function in list(store.functions.values()):
                for url in list(function.function_url_configs.values()):
                    if url.url_id.lower() == url_id.lower():  # names of hosts have no case
                        return url
    return None


def invoke(request: Any, url: Any, path: str) -> Any:
    from localstack.aws.api import CommonServiceException
    from localstack.aws.api.lambda_ import InvocationType
    from localstack.aws.protocol.serializer import gen_amzn_requestid
    from localstack.services.lambda_.api_utils import FULL_FN_ARN_PATTERN

    target = FULL_FN_ARN_PATTERN.search(url.function_arn).groupdict()
    request_id = gen_amzn_requestid()
    arguments = {
        "function_name": target["function_name"],
        "qualifier": target["qualifier"],
        "account_id": target["account_id"],
        "region": target["region_name"],
        "invocation_type": InvocationType.RequestResponse,
        "client_context": None,
        "payload": json.dumps(function_url_event(request, url.url_id, path, request_id)).encode(),
    }
    try:
        if url.invoke_mode == "RESPONSE_STREAM":
            return streamed_response(request, request_id, arguments)
        return whole_response(LambdaServiceHolder.current.invoke(request_id=request_id, **arguments))
    except CommonServiceException as error:
        return error_response(error.status_code, error.message)


def streamed_response(request: Any, request_id: str, arguments: dict[str, Any]) -> Any:
    from localstack.http import Response

    from docqa_localstack.plugin.streaming.invocation import BadPreludeError, StreamedInvocation

    client = request.environ.get(CLIENT_KEY)
    invocation = StreamedInvocation(LambdaServiceHolder.current, request_id, client, **arguments)
    try:
        answer = invocation.answer()
    except (BadPreludeError, StreamBrokenError) as error:
        LOG.warning("function URL: %s", error)
        return error_response(HTTPStatus.BAD_GATEWAY, "Internal Server Error")
    except ClientGoneError:
        return Response(status=499)  # nobody is there to see it
    if answer is None:
        return whole_response(invocation.result())
    response = Response(invocation.body(answer), answer.status)
    response.headers.clear()
    response.headers["x-amzn-RequestId"] = request_id
    response.headers.update(answer.headers)
    for cookie in answer.cookies:
        response.headers.add("Set-Cookie", cookie)
    response.headers.setdefault("Content-Type", "application/octet-stream")
    return response


def whole_response(result: Any) -> Any:
    """The answer of a function that does not stream: payload format 2.0, cookies included."""
    from localstack.services.lambda_.urlrouter import lambda_result_to_response

    if result.is_error:
        return error_response(HTTPStatus.BAD_GATEWAY, "Internal Server Error")
    response = lambda_result_to_response(result)
    try:
        fields = json.loads(result.payload)
    except ValueError:
        return response
    if isinstance(fields, dict):
        for cookie in fields.get("cookies") or []:
            response.headers.add("Set-Cookie", cookie)
    return response


def error_response(status: int, message: str) -> Any:
    from localstack.http import Response

    if status == HTTPStatus.BAD_GATEWAY:
        return Response(message, status)
    return Response(json.dumps({"Message": message}), status, mimetype="application/json")
