"""Updates of API Gateway's resource types.

As on AWS a changed API reaches its callers with the next deployment only.
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any, Final

from docqa_localstack.plugin.cloudformation.change import Change, Handler, Model, pick, tag_changes

Patch = dict[str, str]

REST_API_PATHS: Final = {
    "Name": "/name",
    "Description": "/description",
    "ApiKeySourceType": "/apiKeySource",
    "MinimumCompressionSize": "/minimumCompressionSize",
    "DisableExecuteApiEndpoint": "/disableExecuteApiEndpoint",
    "Policy": "/policy",
}
STAGE_PATHS: Final = {
    "DeploymentId": "/deploymentId",
    "Description": "/description",
    "TracingEnabled": "/tracingEnabled",
    "CacheClusterEnabled": "/cacheClusterEnabled",
    "CacheClusterSize": "/cacheClusterSize",
    "DocumentationVersion": "/documentationVersion",
    "ClientCertificateId": "/clientCertificateId",
}


def _text(value: Any) -> str:
    """A value of a patch operation: always a string."""
    if isinstance(value, Mapping | list | bool):
        return json.dumps(value)
    return "" if value is None else str(value)


def _replace(change: Change, paths: Mapping[str, str]) -> list[Patch]:
    return [
        {"op": "replace", "path": path, "value": _text(change.new.get(name))}
        for name, path in paths.items()
        if change.differs(name)
    ]


def _media_types(change: Change) -> Iterator[Patch]:
    old, new = (set(model.get("BinaryMediaTypes") or ()) for model in (change.old, change.new))
    for operation, types in (("remove", old - new), ("add", new - old)):
        for media_type in sorted(types):
            yield {"op": operation, "path": "/binaryMediaTypes/" + media_type.replace("/", "~1")}


def _arn(change: Change, path: str) -> str:
    return f"arn:aws:apigateway:{change.request.region_name}::{path}"


def _tag(change: Change, arn: str) -> None:
    added, removed = tag_changes(change)
    if added:
        change.aws.apigateway.tag_resource(resourceArn=arn, tags=added)
    if removed:
        change.aws.apigateway.untag_resource(resourceArn=arn, tagKeys=removed)


def rest_api(change: Change) -> Model:
    """Settings of the API itself, and its body when it is given as OpenAPI."""
    client, api_id = change.aws.apigateway, change.new["RestApiId"]
    if patches := [*_replace(change, REST_API_PATHS), *_media_types(change)]:
        client.update_rest_api(restApiId=api_id, patchOperations=patches)
    if change.new.get("Body") and change.differs("Body"):
        parameters = {"basepath": "ignore", **(change.new.get("Parameters") or {})}
        body = json.dumps(change.new["Body"]).encode()
        client.put_rest_api(restApiId=api_id, mode="overwrite", body=body, parameters=parameters)
    _tag(change, _arn(change, f"/restapis/{api_id}"))
    return change.new


def method(change: Change) -> Model:
    """A method with its integration, its responses and its authorization: made anew, under the same key."""
    key = {"restApiId": "RestApiId", "resourceId": "ResourceId", "httpMethod": "HttpMethod"}
    change.aws.apigateway.delete_method(**{argument: change.new[name] for argument, name in key.items()})
    return change.create_again()


def deployment(change: Change) -> Model:
    """Only the description of a deployment can change: it is a snapshot."""
    if patches := _replace(change, {"Description": "/description"}):
        change.aws.apigateway.update_deployment(
            restApiId=change.new["RestApiId"], deploymentId=change.new["DeploymentId"], patchOperations=patches
        )
    return change.new


def remove_deployment(request: Any) -> None:
    """Delete one deployment. LocalStack's provider deletes every stage of the API with it."""
    model = request.desired_state
    request.aws_client_factory.apigateway.delete_deployment(
        restApiId=model["RestApiId"], deploymentId=model["DeploymentId"]
    )


def stage(change: Change) -> Model:
    """The deployment that a stage points to, its variables, its description."""
    api_id, name = change.new["RestApiId"], change.new["StageName"]
    old, new = (model.get("Variables") or {} for model in (change.old, change.new))
    patches = _replace(change, STAGE_PATHS)
    patches += [
        {"op": "replace", "path": f"/variables/{variable}", "value": _text(value)}
        for variable, value in new.items()
        if old.get(variable) != value
    ]
    patches += [{"op": "remove", "path": f"/variables/{variable}"} for variable in old if variable not in new]
    if patches:
        change.aws.apigateway.update_stage(restApiId=api_id, stageName=name, patchOperations=patches)
    _tag(change, _arn(change, f"/restapis/{api_id}/stages/{name}"))
    return change.new


def gateway_response(change: Change) -> Model:
    """The call replaces the whole response; the physical id stays."""
    names = ("RestApiId", "ResponseType", "StatusCode", "ResponseParameters", "ResponseTemplates")
    arguments = {name[0].lower() + name[1:]: value for name, value in pick(change.new, names).items()}
    change.aws.apigateway.put_gateway_response(**arguments)
    return change.new


def account(change: Change) -> Model:
    """The role that writes API Gateway's logs."""
    if patches := _replace(change, {"CloudWatchRoleArn": "/cloudwatchRoleArn"}):
        change.aws.apigateway.update_account(patchOperations=patches)
    return change.new


HANDLERS: Final[dict[str, Handler]] = {
    "AWS::ApiGateway::Account": account,
    "AWS::ApiGateway::Deployment": deployment,
    "AWS::ApiGateway::GatewayResponse": gateway_response,
    "AWS::ApiGateway::Method": method,
    "AWS::ApiGateway::RestApi": rest_api,
    "AWS::ApiGateway::Stage": stage,
}
