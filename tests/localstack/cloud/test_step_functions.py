"""Step Functions over real Lambdas: errors, retries, Map, names, and the event of a changed status."""

import json
import time
from collections.abc import Iterator
from typing import Any

import pytest

from tests.localstack.support import ACCOUNT, REGION, ROLE, Functions, LocalStack, unique, wait_for

WORKER = """
import os, time

class NotReadable(Exception):
    pass

def handler(event, context):
    kind = event.get("kind")
    if kind == "error":
        raise NotReadable("page 3 has no text")
    if kind == "exit":
        os._exit(1)
    if kind == "twice":
        marker = "/tmp/" + event["key"]
        first = not os.path.exists(marker)
        open(marker, "w").close()
        if first:
            raise NotReadable("once")
    if kind == "sleep":
        began = time.time()
        time.sleep(event["seconds"])
        return {"began": began, "ended": time.time()}
    return {"item": event.get("item")}
"""
LAMBDA_ERRORS = ["Lambda.TooManyRequestsException", "Lambda.ServiceException", "Runtime.ExitError", "Sandbox.Timedout"]


class Machines:
    """State machines that call one worker function, and are removed afterwards."""

    def __init__(self, localstack: LocalStack, functions: Functions) -> None:
        self.client = localstack.client("stepfunctions")
        name = functions.create(WORKER, timeout=20)
        self.worker = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:{name}"
        self.made: list[str] = []

    def task(self, **more: Any) -> dict[str, Any]:
        """A Task state, as the CDK writes it, that gives the whole input to the worker."""
        parameters = {"FunctionName": self.worker, "Payload.$": "$"}
        resource = "arn:aws:states:::lambda:invoke"
        task = {"Type": "Task", "Resource": resource, "Parameters": parameters, "OutputPath": "$.Payload"}
        return {**task, "End": True, **more}

    def create(self, *, states: dict[str, Any], start: str = "Work") -> str:
        definition = json.dumps({"StartAt": start, "States": states})
        answer = self.client.create_state_machine(name=unique("machine"), definition=definition, roleArn=ROLE)
        self.made.append(answer["stateMachineArn"])
        return self.made[-1]

    def run(self, machine: str, **data: Any) -> dict[str, Any]:
        """Start an execution and return its end."""
        arn = self.client.start_execution(stateMachineArn=machine, input=json.dumps(data))["executionArn"]

        def ended() -> dict[str, Any] | None:
            found = self.client.describe_execution(executionArn=arn)
            return dict(found) if found["status"] != "RUNNING" else None

        end: dict[str, Any] = wait_for(ended, timeout_s=40)
        return end


@pytest.fixture
def machines(localstack: LocalStack, functions: Functions) -> Iterator[Machines]:
    made = Machines(localstack, functions)
    yield made
    for arn in made.made:
        made.client.delete_state_machine(stateMachineArn=arn)


def test_a_function_error_is_named_after_its_type(machines: Machines) -> None:
    end = machines.run(machines.create(states={"Work": machines.task()}), kind="error")
    assert (end["status"], end["error"]) == ("FAILED", "NotReadable")
    cause = json.loads(end["cause"])
    assert cause["errorMessage"] == "page 3 has no text"
    assert cause["errorType"] == "NotReadable"
    assert isinstance(cause["stackTrace"], list)


def test_a_lost_environment_has_an_error_that_retry_can_name(machines: Machines) -> None:
    caught = {"ErrorEquals": ["Runtime.ExitError"], "Next": "Caught", "ResultPath": "$.error"}
    states = {"Work": machines.task(Catch=[caught]), "Caught": {"Type": "Pass", "End": True}}
    end = machines.run(machines.create(states=states), kind="exit")
    assert end["status"] == "SUCCEEDED", end
    assert json.loads(end["output"])["error"]["Error"] == "Runtime.ExitError"


def test_a_missing_function_is_an_error_of_lambda(machines: Machines) -> None:
    task = machines.task()
    task["Parameters"]["FunctionName"] += "-nowhere"
    end = machines.run(machines.create(states={"Work": task}))
    assert (end["status"], end["error"]) == ("FAILED", "Lambda.ResourceNotFoundException")


@pytest.mark.parametrize("names", [["States.ALL"], ["States.TaskFailed"], ["NotReadable"]])
def test_retry_by_name(machines: Machines, names: list[str]) -> None:
    """Earlier retriers with other names are passed over."""
    others = {"ErrorEquals": LAMBDA_ERRORS, "IntervalSeconds": 1, "MaxAttempts": 6, "BackoffRate": 2}
    retry = [others, {"ErrorEquals": names, "IntervalSeconds": 1, "MaxAttempts": 2}]
    machine = machines.create(states={"Work": machines.task(Retry=retry)})
    end = machines.run(machine, kind="twice", key=unique("key"))
    assert end["status"] == "SUCCEEDED", end


def test_retries_end_with_the_error(machines: Machines) -> None:
    retry = [{"ErrorEquals": ["States.ALL"], "IntervalSeconds": 1, "MaxAttempts": 1}]
    end = machines.run(machines.create(states={"Work": machines.task(Retry=retry)}), kind="error")
    assert (end["status"], end["error"]) == ("FAILED", "NotReadable")
    events = machines.client.get_execution_history(executionArn=end["executionArn"])["events"]
    assert [event["type"] for event in events].count("TaskFailed") == 2


def mapped(machines: Machines, **more: Any) -> dict[str, Any]:
    processor = {"ProcessorConfig": {"Mode": "INLINE"}, "StartAt": "Item", "States": {"Item": machines.task()}}
    return {"Type": "Map", "ItemsPath": "$.items", "ItemProcessor": processor, "End": True, **more}


def test_inline_map_keeps_order_and_limits_concurrency(machines: Machines) -> None:
    machine = machines.create(states={"Work": mapped(machines, MaxConcurrency=2)})
    items = [{"kind": "sleep", "seconds": 0.4}] * 5
    end = machines.run(machine, items=items)
    assert end["status"] == "SUCCEEDED", end
    spans = json.loads(end["output"])
    together = [sum(other["began"] <= span["began"] < other["ended"] for other in spans) for span in spans]
    assert max(together) == 2

    numbered = machines.run(machine, items=[{"item": number} for number in range(7)])
    assert json.loads(numbered["output"]) == [{"item": number} for number in range(7)]


def test_an_empty_map_and_a_failed_item(machines: Machines) -> None:
    machine = machines.create(states={"Work": mapped(machines, MaxConcurrency=3)})
    assert json.loads(machines.run(machine, items=[])["output"]) == []
    end = machines.run(machine, items=[{"item": 1}, {"kind": "error"}])
    assert (end["status"], end["error"]) == ("FAILED", "NotReadable")


def test_a_name_is_good_once(machines: Machines) -> None:
    """Running with the same input: the same execution. Ended, or with another input: refused."""
    machine = machines.create(states={"Work": {"Type": "Wait", "Seconds": 1, "End": True}})
    start = {"stateMachineArn": machine, "name": "document-1", "input": '{"a": 1}'}
    first = machines.client.start_execution(**start)["executionArn"]
    assert machines.client.start_execution(**start)["executionArn"] == first
    refused = machines.client.exceptions.ExecutionAlreadyExists
    with pytest.raises(refused):
        machines.client.start_execution(**{**start, "input": '{"a": 2}'})
    wait_for(lambda: machines.client.describe_execution(executionArn=first)["status"] == "SUCCEEDED")
    with pytest.raises(refused):
        machines.client.start_execution(**start)


def test_a_changed_status_is_announced(localstack: LocalStack, machines: Machines) -> None:
    """By the examples of "Automating Step Functions event delivery with EventBridge"."""
    machine = machines.create(states={"Work": machines.task()})
    sqs, events, name = localstack.client("sqs"), localstack.client("events"), unique("status")
    queue = sqs.create_queue(QueueName=name)["QueueUrl"]
    pattern = {
        "source": ["aws.states"],
        "detail-type": ["Step Functions Execution Status Change"],
        "detail": {"stateMachineArn": [machine], "status": ["FAILED", "SUCCEEDED", "TIMED_OUT", "ABORTED"]},
    }
    events.put_rule(Name=name, EventPattern=json.dumps(pattern))
    events.put_targets(Rule=name, Targets=[{"Id": "queue", "Arn": f"arn:aws:sqs:{REGION}:{ACCOUNT}:{name}"}])
    began = time.time()
    end = machines.run(machine, kind="error", document="d1")

    (message,) = wait_for(lambda: sqs.receive_message(QueueUrl=queue, WaitTimeSeconds=5).get("Messages"))
    event = json.loads(message["Body"])
    detail = event["detail"]
    assert event["resources"] == [end["executionArn"]]
    assert detail["executionArn"] == end["executionArn"]
    assert detail["stateMachineArn"] == machine
    assert detail["name"] == end["name"]
    assert detail["status"] == "FAILED"
    assert json.loads(detail["input"]) == {"kind": "error", "document": "d1"}
    assert detail["inputDetails"] == {"included": True}
    assert (detail["output"], detail["outputDetails"]) == (None, None)
    assert detail["error"] == "NotReadable"
    assert json.loads(detail["cause"])["errorMessage"] == "page 3 has no text"
    assert began * 1000 - 1000 <= detail["startDate"] <= detail["stopDate"] <= time.time() * 1000
    events.remove_targets(Rule=name, Ids=["queue"])
    events.delete_rule(Name=name)


def test_a_path_finds_what_its_own_input_holds(machines: Machines) -> None:
    """Parsed paths are shared by all executions, so one is used here by many items at a time."""
    passed = {
        "Type": "Pass",
        "Parameters": {"item.$": "$.of.item", "all.$": "$.of.list[*]", "second.$": "$.of.list[1]"},
        "ResultPath": "$.found.here",
        "End": True,
    }
    processor = {"ProcessorConfig": {"Mode": "INLINE"}, "StartAt": "Item", "States": {"Item": passed}}
    work = {"Type": "Map", "ItemsPath": "$.items", "ItemProcessor": processor, "End": True}
    machine = machines.create(states={"Work": work})
    items = [{"of": {"item": number, "list": [number, -number]}} for number in range(20)]
    end = machines.run(machine, items=items)
    assert end["status"] == "SUCCEEDED", end
    found = [{"item": number, "all": [number, -number], "second": -number} for number in range(20)]
    assert json.loads(end["output"]) == [
        {**item, "found": {"here": one}} for item, one in zip(items, found, strict=True)
    ]
