"""The REST API and the function URL."""

from typing import Any

from infra_cdk.capabilities.http_api import BUFFERED, STREAMED
from tests.infrastructure.template import Template


def path_of(template: Template, resource: Any) -> str:
    if "Fn::GetAtt" in resource:
        return ""
    properties = template.resource(resource["Ref"])["Properties"]
    return f"{path_of(template, properties['ParentId'])}/{properties['PathPart']}"


def methods(template: Template) -> dict[tuple[str, str], dict[str, Any]]:
    """(method, path) -> integration."""
    return {
        (method["HttpMethod"], path_of(template, method["ResourceId"]) or "/"): method["Integration"]
        for method in template.all("AWS::ApiGateway::Method").values()
    }


def test_exactly_the_streamed_routes_stream(template: Template) -> None:
    found = methods(template)
    streaming = {key for key, made in found.items() if made.get("ResponseTransferMode") == "STREAM"}
    assert streaming == set(STREAMED)
    assert {
        ("POST", "/api/v1/ask"),
        ("POST", "/api/v1/ask/stream"),
        ("GET", "/api/v1/documents/{id}/events"),
    } <= streaming
    assert all("/response-streaming-invocations" in str(found[key]["Uri"]) for key in streaming)
    assert {found[key]["TimeoutInMillis"] for key in streaming} == {template.function("stream")["Timeout"] * 1000}


def test_everything_else_is_the_api_functions(template: Template) -> None:
    calls = {key: made for key, made in methods(template).items() if key[0] != "OPTIONS"}
    buffered = {key for key, made in calls.items() if made.get("ResponseTransferMode") != "STREAM"}
    assert buffered == {("ANY", path) for path in BUFFERED}
    (api,) = (k for k, p in template.all("AWS::Lambda::Function").items() if p["FunctionName"] == "docqa-api")
    assert all(api in str(calls[key]["Uri"]) for key in buffered)
    assert {made["Type"] for made in calls.values()} == {"AWS_PROXY"}


def test_no_resource_on_the_way_to_a_streamed_one_is_a_dead_end(template: Template) -> None:
    """API Gateway answers 403 for a resource without a method, although {proxy+} above it would match."""
    served = {path for _, path in methods(template)}
    for path in ("/api/v1/documents", "/api/v1/documents/{id}"):
        assert ("ANY", path) in methods(template), served


def test_browsers_may_ask_first(template: Template) -> None:
    found = methods(template)
    for path in {path for _, path in found}:
        assert found["OPTIONS", path]["Type"] == "MOCK"


def test_throttled(template: Template) -> None:
    (settings,) = template.one("AWS::ApiGateway::Stage")["MethodSettings"]
    assert (settings["HttpMethod"], settings["ResourcePath"]) == ("*", "/*")
    assert settings["ThrottlingRateLimit"] == 200
    assert settings["ThrottlingBurstLimit"] == 400


def test_aws_logs_access_without_addresses(aws: Template) -> None:
    access = aws.one("AWS::ApiGateway::Stage")["AccessLogSetting"]
    assert "requestId" in access["Format"]
    assert "sourceIp" not in access["Format"]


def test_no_binary_media_types(template: Template) -> None:
    assert "BinaryMediaTypes" not in template.one("AWS::ApiGateway::RestApi")


def test_the_function_url_streams_to_our_origins(template: Template) -> None:
    url = template.one("AWS::Lambda::Url")
    assert (url["AuthType"], url["InvokeMode"]) == ("NONE", "RESPONSE_STREAM")
    assert url["Cors"]["AllowOrigins"] == list(template.target.allowed_origins)
    assert "Authorization" in url["Cors"]["AllowHeaders"]


def test_addresses_stay_the_same_on_a_laptop(local: Template, aws: Template) -> None:
    def tags(properties: dict[str, Any]) -> dict[str, str]:
        return {tag["Key"]: tag["Value"] for tag in properties.get("Tags", [])}

    assert tags(local.one("AWS::ApiGateway::RestApi"))["_custom_id_"] == "docqa"
    assert tags(local.function("stream"))["_custom_id_"] == "docqastream"
    assert "_custom_id_" not in str(aws.body)


def test_outputs(template: Template) -> None:
    names = {"ApiId", "ApiUrl", "StreamUrl", "UploadsBucket", "ArtifactsBucket", "StateMachineArn", "FunctionNames"}
    local = {"StreamUrlId"} if template.target.name == "local" else set()
    assert set(template.body["Outputs"]) == names | {"DeadLetterQueues"} | local
