"""A resource type that the local stack cannot make fails the deployment."""

from tests.localstack.cloud.stacks import Stack, resource
from tests.localstack.support import LocalStack


def test_an_unknown_type_fails_with_its_name(stack: Stack, localstack: LocalStack) -> None:
    resources = {
        "Queue": resource("AWS::SQS::Queue", QueueName="made-and-taken-back"),
        "Pool": resource("AWS::Cognito::UserPool", attributes={"DependsOn": "Queue"}, UserPoolName="people"),
    }
    assert stack.deploy(resources) == "ROLLBACK_COMPLETE"
    reason = stack.reason("Pool", "CREATE_FAILED")
    assert "AWS::Cognito::UserPool" in reason
    assert "Pool" in reason
    assert localstack.client("sqs").list_queues(QueueNamePrefix="made-and-taken-back").get("QueueUrls", []) == []


def test_an_unknown_type_fails_an_update_and_leaves_the_rest(stack: Stack, localstack: LocalStack) -> None:
    queue = resource("AWS::SQS::Queue")
    assert stack.deploy({"Queue": queue}) == "CREATE_COMPLETE"
    url = stack.physical_id("Queue")
    pool = resource("AWS::Cognito::UserPool")
    assert stack.deploy({"Pool": pool}) == "UPDATE_ROLLBACK_COMPLETE"
    assert "AWS::Cognito::UserPool" in stack.reason("Pool", "CREATE_FAILED")
    assert localstack.client("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]


def test_metadata_of_the_cdk_is_harmless(stack: Stack) -> None:
    resources = {"CDKMetadata": resource("AWS::CDK::Metadata", Analytics="v2:x"), "Queue": resource("AWS::SQS::Queue")}
    assert stack.deploy(resources) == "CREATE_COMPLETE"
    resources["CDKMetadata"]["Properties"]["Analytics"] = "v2:y"
    assert stack.deploy(resources) == "UPDATE_COMPLETE"


def test_a_failed_stack_can_be_deleted_and_made_again(stack: Stack) -> None:
    assert stack.deploy({"Pool": resource("AWS::Cognito::UserPool")}) == "ROLLBACK_COMPLETE"
    assert stack.delete() == "DELETE_COMPLETE"
    assert stack.deploy({"Queue": resource("AWS::SQS::Queue")}) == "CREATE_COMPLETE"
