"""In-place updates change the real thing. One stack with every type that ours has is deployed, then changed once."""

import io
import json
import urllib.error
import urllib.request
import zipfile
from collections.abc import Iterator
from typing import Any

import pytest

from tests.localstack.cloud.stacks import Stack, function, resource
from tests.localstack.support import ACCOUNT, REGION, RUNTIME, LocalStack, unique

LAMBDA_TRUST = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}],
}
READ_ONLY = "arn:aws:iam::aws:policy/ReadOnlyAccess"
BASIC = "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"


def arn(of: str) -> dict[str, Any]:
    return {"Fn::GetAtt": [of, "Arn"]}


def allow(action: str, on: Any, **more: Any) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": action, "Resource": on, **more}]}


def code(answer: str) -> str:
    """Answers to API Gateway and to Invoke alike, and shows its environment and its layer."""
    return f"""
import os
def handler(event, context):
    try:
        from shared import VERSION
    except ImportError:
        VERSION = "none"
    body = "{answer} " + os.environ.get("MOOD", "unset") + " " + VERSION
    return {{"statusCode": 200, "body": body}}
"""


def identity(second: bool) -> dict[str, Any]:
    trust = json.loads(json.dumps(LAMBDA_TRUST))
    if second:
        trust["Statement"][0]["Principal"] = {"Service": ["lambda.amazonaws.com", "states.amazonaws.com"]}
    inline = {
        "PolicyName": "inline",
        "PolicyDocument": allow("sqs:SendMessage" if second else "sqs:ReceiveMessage", "*"),
    }
    return {
        "Role": resource(
            "AWS::IAM::Role",
            AssumeRolePolicyDocument=trust,
            ManagedPolicyArns=[READ_ONLY if second else BASIC],
            Policies=[inline],
        ),
        "Policy": resource(
            "AWS::IAM::Policy",
            PolicyName="attached",
            PolicyDocument=allow("s3:PutObject" if second else "s3:GetObject", "*"),
            Roles=[{"Ref": "Role"}],
        ),
    }


def lambdas(second: bool, assets: str) -> dict[str, Any]:
    settings: dict[str, Any] = {"Timeout": 9 if second else 20, "Layers": [{"Ref": "Layer"}]}
    if not second:  # both leave the template: back to their defaults
        settings |= {"MemorySize": 256, "Environment": {"Variables": {"MOOD": "gay"}}}
    queue = {"OnFailure": {"Destination": arn("Queue")}}
    return {
        "Layer": resource(
            "AWS::Lambda::LayerVersion",
            LayerName=f"{assets}-shared",
            CompatibleRuntimes=[RUNTIME],
            Content={"S3Bucket": assets, "S3Key": "layer-2.zip" if second else "layer-1.zip"},
        ),
        "Function": function(code("second" if second else "first"), arn("Role"), **settings),
        "Url": resource(
            "AWS::Lambda::Url",
            TargetFunctionArn=arn("Function"),
            AuthType="NONE",
            InvokeMode="RESPONSE_STREAM" if second else "BUFFERED",
        ),
        "Permission": resource(
            "AWS::Lambda::Permission",
            FunctionName=arn("Function"),
            Action="lambda:InvokeFunction",
            Principal="events.amazonaws.com" if second else "apigateway.amazonaws.com",
        ),
        "Async": resource(
            "AWS::Lambda::EventInvokeConfig",
            FunctionName={"Ref": "Function"},
            Qualifier="$LATEST",
            MaximumRetryAttempts=0 if second else 1,
            **({"DestinationConfig": queue} if second else {}),
        ),
        "VersionOne": resource("AWS::Lambda::Version", FunctionName={"Ref": "Function"}),
        **({"VersionTwo": resource("AWS::Lambda::Version", FunctionName={"Ref": "Function"})} if second else {}),
        "Alias": resource(
            "AWS::Lambda::Alias",
            FunctionName={"Ref": "Function"},
            FunctionVersion={"Fn::GetAtt": ["VersionTwo" if second else "VersionOne", "Version"]},
            Name="live",
        ),
    }


def api(second: bool) -> dict[str, Any]:
    path = f"arn:aws:apigateway:{REGION}:lambda:path/2015-03-31/functions/"
    proxy = {"Fn::Join": ["", [path, arn("Function"), "/invocations"]]}
    integration: dict[str, Any] = {"Type": "AWS_PROXY", "IntegrationHttpMethod": "POST", "Uri": proxy}
    if not second:
        integration = {
            "Type": "MOCK",
            "RequestTemplates": {"application/json": '{"statusCode": 200}'},
            "IntegrationResponses": [{"StatusCode": "200", "ResponseTemplates": {"application/json": "mock"}}],
        }
    deployment = "DeploymentTwo" if second else "DeploymentOne"
    return {
        "Api": resource(
            "AWS::ApiGateway::RestApi",
            Name="shop",
            Description="second" if second else "first",
            BinaryMediaTypes=["image/png"] if second else ["application/pdf"],
        ),
        "Path": resource(
            "AWS::ApiGateway::Resource",
            RestApiId={"Ref": "Api"},
            ParentId={"Fn::GetAtt": ["Api", "RootResourceId"]},
            PathPart="hello",
        ),
        "Get": resource(
            "AWS::ApiGateway::Method",
            RestApiId={"Ref": "Api"},
            ResourceId={"Ref": "Path"},
            HttpMethod="GET",
            AuthorizationType="NONE",
            Integration=integration,
            MethodResponses=[{"StatusCode": "200"}],
        ),
        deployment: resource(
            "AWS::ApiGateway::Deployment", attributes={"DependsOn": ["Get"]}, RestApiId={"Ref": "Api"}
        ),
        "Stage": resource(
            "AWS::ApiGateway::Stage",
            RestApiId={"Ref": "Api"},
            DeploymentId={"Ref": deployment},
            StageName="live",
            Description="second" if second else "first",
            Variables={"kept": "2", "new": "1"} if second else {"kept": "1", "gone": "1"},
        ),
        "Denied": resource(
            "AWS::ApiGateway::GatewayResponse",
            RestApiId={"Ref": "Api"},
            ResponseType="ACCESS_DENIED",
            StatusCode="401" if second else "403",
        ),
    }


def storage(second: bool, name: str) -> dict[str, Any]:
    cors = {"AllowedMethods": ["POST"], "AllowedOrigins": ["http://localhost:5173"], "AllowedHeaders": ["*"]}
    days = {"Id": "old", "Status": "Enabled", "ExpirationInDays": 7 if second else 3, "Prefix": "tmp/"}
    return {
        "Bucket": resource(
            "AWS::S3::Bucket",
            BucketName=name,
            LifecycleConfiguration={"Rules": [days]},
            **(
                {
                    "CorsConfiguration": {"CorsRules": [cors]},
                    "NotificationConfiguration": {"EventBridgeConfiguration": {"EventBridgeEnabled": True}},
                    "VersioningConfiguration": {"Status": "Enabled"},
                }
                if second
                else {"Tags": [{"Key": "age", "Value": "first"}]}
            ),
        ),
        "BucketPolicy": resource(
            "AWS::S3::BucketPolicy",
            Bucket={"Ref": "Bucket"},
            PolicyDocument=allow("s3:PutObject" if second else "s3:GetObject", f"arn:aws:s3:::{name}/*", Principal="*"),
        ),
        "Queue": resource("AWS::SQS::Queue", VisibilityTimeout=20 if second else 10),
        "QueuePolicy": resource(
            "AWS::SQS::QueuePolicy",
            Queues=[{"Ref": "Queue"}],
            PolicyDocument=allow("sqs:ReceiveMessage" if second else "sqs:SendMessage", "*", Principal="*"),
        ),
        "Secret": resource(
            "AWS::SecretsManager::Secret",
            Description="second" if second else "first",
            SecretString="two" if second else "one",
        ),
        "Parameter": resource("AWS::SSM::Parameter", Type="String", Value="two" if second else "one"),
    }


def operations(second: bool) -> dict[str, Any]:
    definition = {"StartAt": "End", "States": {"End": {"Type": "Pass", "Result": 2 if second else 1, "End": True}}}
    return {
        "Rule": resource(
            "AWS::Events::Rule",
            EventPattern={"source": ["second" if second else "first"]},
            Targets=[{"Id": "new" if second else "old", "Arn": arn("Queue")}],
        ),
        "Alarm": resource(
            "AWS::CloudWatch::Alarm",
            Namespace="DocQA",
            MetricName="Failures",
            Statistic="Sum",
            Period=60,
            EvaluationPeriods=1,
            ComparisonOperator="GreaterThanThreshold",
            Threshold=2 if second else 1,
        ),
        "Logs": resource("AWS::Logs::LogGroup", RetentionInDays=14 if second else 3),
        "Machine": resource(
            "AWS::StepFunctions::StateMachine", RoleArn=arn("Role"), DefinitionString=json.dumps(definition)
        ),
    }


def resources(second: bool, name: str, assets: str) -> dict[str, Any]:
    return {
        **identity(second),
        **lambdas(second, assets),
        **api(second),
        **storage(second, name),
        **operations(second),
    }


def layer_zip(version: str) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("python/shared.py", f"VERSION = {version!r}")
    return buffer.getvalue()


class Updated:
    """The stack after its change, and what it showed before."""

    def __init__(self, localstack: LocalStack) -> None:
        self.localstack = localstack
        self.stack = Stack(localstack)
        self.bucket, assets = unique("papers"), unique("docqa-assets")
        s3 = localstack.client("s3")
        s3.create_bucket(Bucket=assets)
        for number in ("1", "2"):
            s3.put_object(Bucket=assets, Key=f"layer-{number}.zip", Body=layer_zip(number))
        outputs = {"FunctionUrl": {"Fn::GetAtt": ["Url", "FunctionUrl"]}}
        assert self.stack.deploy(resources(False, self.bucket, assets), outputs) == "CREATE_COMPLETE"
        self.first_url = self.stack.outputs()["FunctionUrl"]
        self.first_role = self.stack.physical_id("Role")
        self.first_answer = self.invoke()
        self.first_page = self.page()
        self.first_retention = self.retention()
        assert self.stack.deploy(resources(True, self.bucket, assets), outputs) == "UPDATE_COMPLETE"

    def client(self, service: str) -> Any:
        return self.localstack.client(service)

    def id(self, logical_id: str) -> str:
        return self.stack.physical_id(logical_id)

    def invoke(self) -> str:
        payload = self.client("lambda").invoke(FunctionName=self.id("Function"))["Payload"].read()
        return str(json.loads(payload)["body"])

    def page(self) -> str:
        url = f"{self.localstack.endpoint}/_aws/execute-api/{self.id('Api')}/live/hello"
        try:
            with urllib.request.urlopen(url) as answer:
                return str(answer.read().decode())
        except urllib.error.HTTPError as error:
            return f"{error.code} {error.read().decode()}"

    def retention(self) -> int | None:
        groups = self.client("logs").describe_log_groups(logGroupNamePrefix=self.id("Logs"))["logGroups"]
        days: int | None = groups[0].get("retentionInDays")
        return days


@pytest.fixture(scope="module")
def updated(localstack: LocalStack) -> Iterator[Updated]:
    made = Updated(localstack)
    yield made
    made.stack.delete()


def test_role(updated: Updated) -> None:
    iam = updated.client("iam")
    assert updated.id("Role") == updated.first_role
    trust = iam.get_role(RoleName=updated.first_role)["Role"]["AssumeRolePolicyDocument"]
    assert "states.amazonaws.com" in trust["Statement"][0]["Principal"]["Service"]
    attached = iam.list_attached_role_policies(RoleName=updated.first_role)["AttachedPolicies"]
    assert [policy["PolicyArn"] for policy in attached] == [READ_ONLY]
    assert sorted(iam.list_role_policies(RoleName=updated.first_role)["PolicyNames"]) == ["attached", "inline"]
    inline = iam.get_role_policy(RoleName=updated.first_role, PolicyName="inline")["PolicyDocument"]
    assert inline["Statement"][0]["Action"] == "sqs:SendMessage"


def test_policy(updated: Updated) -> None:
    iam = updated.client("iam")
    document = iam.get_role_policy(RoleName=updated.first_role, PolicyName="attached")["PolicyDocument"]
    assert document["Statement"][0]["Action"] == "s3:PutObject"


def test_function_code_environment_and_layer(updated: Updated) -> None:
    assert updated.first_answer == "first gay 1"
    assert updated.invoke() == "second unset 2"


def test_function_settings_go_back_to_their_defaults(updated: Updated) -> None:
    settings = updated.client("lambda").get_function_configuration(FunctionName=updated.id("Function"))
    assert (settings["Timeout"], settings["MemorySize"]) == (9, 128)
    assert not settings.get("Environment", {}).get("Variables")


def test_layer_version_is_replaced(updated: Updated) -> None:
    layer = updated.id("Layer")
    assert layer.endswith(":2")
    name = layer.split(":")[6]
    versions = updated.client("lambda").list_layer_versions(LayerName=name)["LayerVersions"]
    assert [version["Version"] for version in versions] == [2]


def test_function_url_keeps_its_address(updated: Updated) -> None:
    url = updated.client("lambda").get_function_url_config(FunctionName=updated.id("Function"))
    assert url["InvokeMode"] == "RESPONSE_STREAM"
    assert url["FunctionUrl"] == updated.first_url == updated.stack.outputs()["FunctionUrl"]


def test_permission(updated: Updated) -> None:
    policy = json.loads(updated.client("lambda").get_policy(FunctionName=updated.id("Function"))["Policy"])
    assert [statement["Principal"]["Service"] for statement in policy["Statement"]] == ["events.amazonaws.com"]


def test_event_invoke_config(updated: Updated) -> None:
    config = updated.client("lambda").get_function_event_invoke_config(FunctionName=updated.id("Function"))
    assert config["MaximumRetryAttempts"] == 0
    assert config["DestinationConfig"]["OnFailure"]["Destination"].startswith("arn:aws:sqs:")


def test_alias(updated: Updated) -> None:
    alias = updated.client("lambda").get_alias(FunctionName=updated.id("Function"), Name="live")
    assert alias["FunctionVersion"] == "2"


def test_api_answers_with_the_new_method(updated: Updated) -> None:
    assert updated.first_page == "mock"
    assert updated.page() == "second unset 2"


def test_rest_api_settings(updated: Updated) -> None:
    found = updated.client("apigateway").get_rest_api(restApiId=updated.id("Api"))
    assert (found["description"], found["binaryMediaTypes"]) == ("second", ["image/png"])


def test_stage(updated: Updated) -> None:
    stage = updated.client("apigateway").get_stage(restApiId=updated.id("Api"), stageName="live")
    assert stage["deploymentId"] == updated.id("DeploymentTwo")
    assert stage["description"] == "second"
    assert stage["variables"] == {"kept": "2", "new": "1"}


def test_gateway_response(updated: Updated) -> None:
    answer = updated.client("apigateway").get_gateway_response(
        restApiId=updated.id("Api"), responseType="ACCESS_DENIED"
    )
    assert answer["statusCode"] == "401"


def test_bucket(updated: Updated) -> None:
    s3, bucket = updated.client("s3"), {"Bucket": updated.bucket}
    assert s3.get_bucket_cors(**bucket)["CORSRules"][0]["AllowedMethods"] == ["POST"]
    assert "EventBridgeConfiguration" in s3.get_bucket_notification_configuration(**bucket)
    assert s3.get_bucket_versioning(**bucket)["Status"] == "Enabled"
    assert s3.get_bucket_lifecycle_configuration(**bucket)["Rules"][0]["Expiration"] == {"Days": 7}
    with pytest.raises(s3.exceptions.ClientError, match="NoSuchTagSet"):
        s3.get_bucket_tagging(**bucket)


def test_bucket_policy(updated: Updated) -> None:
    policy = json.loads(updated.client("s3").get_bucket_policy(Bucket=updated.bucket)["Policy"])
    assert policy["Statement"][0]["Action"] == "s3:PutObject"


def test_queue_and_its_policy(updated: Updated) -> None:
    found = updated.client("sqs").get_queue_attributes(QueueUrl=updated.id("Queue"), AttributeNames=["All"])[
        "Attributes"
    ]
    assert found["VisibilityTimeout"] == "20"
    assert json.loads(found["Policy"])["Statement"][0]["Action"] == "sqs:ReceiveMessage"


def test_secret(updated: Updated) -> None:
    client = updated.client("secretsmanager")
    assert client.get_secret_value(SecretId=updated.id("Secret"))["SecretString"] == "two"
    assert client.describe_secret(SecretId=updated.id("Secret"))["Description"] == "second"


def test_parameter(updated: Updated) -> None:
    assert updated.client("ssm").get_parameter(Name=updated.id("Parameter"))["Parameter"]["Value"] == "two"


def test_rule(updated: Updated) -> None:
    events = updated.client("events")
    assert json.loads(events.describe_rule(Name=updated.id("Rule"))["EventPattern"]) == {"source": ["second"]}
    assert [target["Id"] for target in events.list_targets_by_rule(Rule=updated.id("Rule"))["Targets"]] == ["new"]


def test_alarm(updated: Updated) -> None:
    (alarm,) = updated.client("cloudwatch").describe_alarms(AlarmNames=[updated.id("Alarm")])["MetricAlarms"]
    assert alarm["Threshold"] == 2


def test_log_group_retention(updated: Updated) -> None:
    assert (updated.first_retention, updated.retention()) == (3, 14)


def test_state_machine(updated: Updated) -> None:
    found = updated.client("stepfunctions").describe_state_machine(stateMachineArn=updated.id("Machine"))
    assert json.loads(found["definition"])["States"]["End"]["Result"] == 2
    assert found["roleArn"] == f"arn:aws:iam::{ACCOUNT}:role/{updated.first_role}"


def test_a_type_that_cannot_change_in_place_says_so(stack: Stack) -> None:
    usage = resource("AWS::ApiGateway::RequestValidator", RestApiId={"Ref": "Api"}, ValidateRequestBody=True)
    shop = resource("AWS::ApiGateway::RestApi", Name="shop")
    assert stack.deploy({"Api": shop, "Check": usage}) == "CREATE_COMPLETE"
    usage["Properties"]["ValidateRequestBody"] = False
    assert stack.deploy({"Api": shop, "Check": usage}) == "UPDATE_ROLLBACK_COMPLETE"
    assert "AWS::ApiGateway::RequestValidator" in stack.reason("Check", "UPDATE_FAILED")


def test_an_impossible_update_fails_with_the_services_words(stack: Stack) -> None:
    """A missing layer: the open release says UPDATE_COMPLETE, as the message has "not exist" in it."""
    role = {"Role": resource("AWS::IAM::Role", AssumeRolePolicyDocument=LAMBDA_TRUST)}
    missing = f"arn:aws:lambda:{REGION}:{ACCOUNT}:layer:nowhere:1"
    assert stack.deploy({**role, "Function": function(code("x"), arn("Role"))}) == "CREATE_COMPLETE"
    changed = function(code("x"), arn("Role"), Layers=[missing])
    assert stack.deploy({**role, "Function": changed}) == "UPDATE_ROLLBACK_COMPLETE"
    assert missing in stack.reason("Function", "UPDATE_FAILED")


def test_a_bucket_with_objects_is_not_deleted(stack: Stack, localstack: LocalStack) -> None:
    name, s3 = unique("full"), localstack.client("s3")
    stack.deploy({"Bucket": resource("AWS::S3::Bucket", BucketName=name)})
    s3.put_object(Bucket=name, Key="paper", Body=b"text")
    assert stack.delete() == "DELETE_FAILED"
    assert "not empty" in stack.reason("Bucket", "DELETE_FAILED")
    assert s3.get_object(Bucket=name, Key="paper")["Body"].read() == b"text"
    s3.delete_object(Bucket=name, Key="paper")
    assert stack.delete() == "DELETE_COMPLETE"


def test_a_retained_bucket_outlives_its_stack(stack: Stack, localstack: LocalStack) -> None:
    name = unique("retained")
    keep = {"DeletionPolicy": "Retain", "UpdateReplacePolicy": "Retain"}
    stack.deploy({"Bucket": resource("AWS::S3::Bucket", attributes=keep, BucketName=name)})
    assert stack.delete() == "DELETE_COMPLETE"
    localstack.client("s3").delete_bucket(Bucket=name)
