"""Custom resources really call their function, as the CloudFormation User Guide says (crpg-ref)."""

import json
import urllib.error
import urllib.request
from typing import Any

import pytest

from tests.localstack.cloud.stacks import Stack, function, resource
from tests.localstack.support import ACCOUNT, REGION, Functions, LocalStack, wait_for

RECORDER = """
import json, os, urllib.request, boto3

def handler(event, context):
    boto3.client("sqs").send_message(QueueUrl=os.environ["QUEUE"], MessageBody=json.dumps(event))
    asked = event["ResourceProperties"]
    if asked.get("Crash") == "true":
        raise RuntimeError("the function fell over")
    if asked.get("Silent") == "true":
        return
    answer = {
        "Status": "FAILED" if asked.get("Fail") == event["RequestType"] else "SUCCESS",
        "Reason": asked.get("Reason", ""),
        "PhysicalResourceId": asked.get("PhysicalId", "thing-1"),
        "Data": {"Number": 7, "Flag": True, "Version": asked.get("Version", "none")},
    } | {name: event[name] for name in ("StackId", "RequestId", "LogicalResourceId")}
    request = urllib.request.Request(event["ResponseURL"], json.dumps(answer).encode(), method="PUT")
    print(urllib.request.urlopen(request).status)
"""


class Recorder:
    """A function behind a custom resource, and the requests that it got."""

    def __init__(self, localstack: LocalStack, functions: Functions) -> None:
        self.sqs = localstack.client("sqs")
        self.queue = self.sqs.create_queue(QueueName="requests")["QueueUrl"]
        self.sqs.purge_queue(QueueUrl=self.queue)
        name = functions.create({"main.py": RECORDER}, environment={"QUEUE": self.queue}, timeout=30)
        self.arn = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:{name}"

    def resource(self, **properties: Any) -> dict[str, Any]:
        return resource("Custom::Thing", ServiceToken=self.arn, **properties)

    def requests(self) -> list[dict[str, Any]]:
        """What came since the last call, in order."""
        found: list[dict[str, Any]] = []
        while batch := self.sqs.receive_message(QueueUrl=self.queue, MaxNumberOfMessages=10).get("Messages"):
            for message in batch:
                found.append(json.loads(message["Body"]))
                self.sqs.delete_message(QueueUrl=self.queue, ReceiptHandle=message["ReceiptHandle"])
        return found


@pytest.fixture
def recorder(localstack: LocalStack, functions: Functions) -> Recorder:
    return Recorder(localstack, functions)


def test_create_update_and_delete_reach_the_function(recorder: Recorder, stack: Stack) -> None:
    outputs: dict[str, Any] = {name: {"Fn::GetAtt": ["Thing", name]} for name in ("Number", "Flag", "Version")}
    outputs["Id"] = {"Ref": "Thing"}
    assert stack.deploy({"Thing": recorder.resource(Version=1, On=True)}, outputs) == "CREATE_COMPLETE"
    (created,) = recorder.requests()
    assert created["RequestType"] == "Create"
    assert created["ResourceType"] == "Custom::Thing"
    assert created["LogicalResourceId"] == "Thing"
    assert created["StackId"] == stack.describe()["StackId"]
    assert created["ResourceProperties"] == {"ServiceToken": recorder.arn, "Version": "1", "On": "true"}
    assert "PhysicalResourceId" not in created
    assert stack.outputs() == {"Number": "7", "Flag": "true", "Version": "1", "Id": "thing-1"}

    assert stack.deploy({"Thing": recorder.resource(Version=2)}, outputs) == "UPDATE_COMPLETE"
    (updated,) = recorder.requests()
    assert (updated["RequestType"], updated["PhysicalResourceId"]) == ("Update", "thing-1")
    assert updated["ResourceProperties"]["Version"] == "2"
    assert updated["OldResourceProperties"] == {"ServiceToken": recorder.arn, "Version": "1", "On": "true"}
    assert stack.outputs()["Version"] == "2"

    assert stack.delete() == "DELETE_COMPLETE"
    (deleted,) = recorder.requests()
    assert (deleted["RequestType"], deleted["PhysicalResourceId"]) == ("Delete", "thing-1")


def test_an_unchanged_resource_is_not_called(recorder: Recorder, stack: Stack) -> None:
    thing = recorder.resource(Version=1)
    stack.deploy({"Thing": thing})
    recorder.requests()
    assert stack.deploy({"Thing": thing, "Queue": resource("AWS::SQS::Queue")}) == "UPDATE_COMPLETE"
    assert recorder.requests() == []


def test_another_physical_id_replaces_and_deletes_the_old_one(recorder: Recorder, stack: Stack) -> None:
    stack.deploy({"Thing": recorder.resource(PhysicalId="old")}, {"Id": {"Ref": "Thing"}})
    recorder.requests()
    assert stack.deploy({"Thing": recorder.resource(PhysicalId="new")}, {"Id": {"Ref": "Thing"}}) == "UPDATE_COMPLETE"
    updated, deleted = recorder.requests()
    assert (updated["RequestType"], updated["PhysicalResourceId"]) == ("Update", "old")
    assert (deleted["RequestType"], deleted["PhysicalResourceId"]) == ("Delete", "old")
    assert deleted["ResourceProperties"]["PhysicalId"] == "old"
    assert stack.outputs() == {"Id": "new"}


def test_failed_fails_the_stack_with_the_reason(recorder: Recorder, stack: Stack) -> None:
    thing = recorder.resource(Fail="Create", Reason="no such table")
    assert stack.deploy({"Thing": thing}) == "ROLLBACK_COMPLETE"
    assert "no such table" in stack.reason("Thing", "CREATE_FAILED")
    assert "Thing" in stack.reason(stack.name, "ROLLBACK_IN_PROGRESS")


def test_a_failed_update_goes_back_to_what_was(recorder: Recorder, stack: Stack, localstack: LocalStack) -> None:
    """The queue was changed before the custom resource failed, and is changed back; so is the template."""

    def resources(seconds: int, **thing: Any) -> dict[str, Any]:
        queue = resource("AWS::SQS::Queue", VisibilityTimeout=seconds)
        return {"Queue": queue, "Thing": recorder.resource(Seconds={"Fn::GetAtt": ["Queue", "Arn"]}, **thing)}

    assert stack.deploy(resources(10)) == "CREATE_COMPLETE"
    assert stack.deploy(resources(20, Fail="Update", Reason="bad migration")) == "UPDATE_ROLLBACK_COMPLETE"
    assert "bad migration" in stack.reason("Thing", "UPDATE_FAILED")
    sqs = localstack.client("sqs")
    queue = stack.physical_id("Queue")
    timeout = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["VisibilityTimeout"])["Attributes"]
    assert timeout == {"VisibilityTimeout": "10"}
    assert stack.deploy(resources(30)) == "UPDATE_COMPLETE"


def test_a_crashing_function_fails_the_stack_at_once(recorder: Recorder, stack: Stack) -> None:
    assert stack.deploy({"Thing": recorder.resource(Crash=True)}) == "ROLLBACK_COMPLETE"
    assert "the function fell over" in stack.reason("Thing", "CREATE_FAILED")


def test_service_timeout_ends_the_wait(recorder: Recorder, stack: Stack) -> None:
    assert stack.deploy({"Thing": recorder.resource(Silent=True, ServiceTimeout=1)}) == "ROLLBACK_COMPLETE"
    assert "did not receive a response" in stack.reason("Thing", "CREATE_FAILED")


def test_the_response_url_is_good_once(recorder: Recorder, stack: Stack) -> None:
    stack.deploy({"Thing": recorder.resource()})
    (created,) = wait_for(recorder.requests)
    again = urllib.request.Request(created["ResponseURL"], b"{}", method="PUT")
    with pytest.raises(urllib.error.HTTPError, match="403"):
        urllib.request.urlopen(again)


def test_a_function_of_the_same_stack_outlives_its_resource(recorder: Recorder, stack: Stack) -> None:
    """Whatever the order in the template: made before it, changed before it, deleted after it."""

    def resources(version: int) -> dict[str, Any]:
        environment = {"Variables": {"QUEUE": recorder.queue}}
        service = {"Fn::GetAtt": ["Worker", "Arn"]}
        return {
            "Thing": resource("AWS::CloudFormation::CustomResource", ServiceToken=service, Version=version),
            "Worker": function(RECORDER + f"# {version}", {"Fn::GetAtt": ["Role", "Arn"]}, Environment=environment),
            "Role": resource("AWS::IAM::Role", AssumeRolePolicyDocument={"Version": "2012-10-17", "Statement": []}),
        }

    assert stack.deploy(resources(1)) == "CREATE_COMPLETE"
    assert stack.deploy(resources(2)) == "UPDATE_COMPLETE"
    assert stack.delete() == "DELETE_COMPLETE"
    kinds = [(request["RequestType"], request["ResourceType"]) for request in recorder.requests()]
    assert kinds == [(kind, "AWS::CloudFormation::CustomResource") for kind in ("Create", "Update", "Delete")]
