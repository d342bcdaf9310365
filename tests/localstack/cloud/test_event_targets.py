"""EventBridge delivers to targets as its User Guide says: input transformers, retry policy, dead-letter queue."""

import http.server
import json
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest

from tests.localstack.support import ACCOUNT, REGION, ROLE, LocalStack, free_port, unique, wait_for

PASS = json.dumps({"StartAt": "End", "States": {"End": {"Type": "Pass", "End": True}}})


class Bus:
    """Rules on the default bus that match only the events of their own source."""

    def __init__(self, localstack: LocalStack) -> None:
        self.events, self.sqs = localstack.client("events"), localstack.client("sqs")
        self.source, self.rule = unique("test.source"), unique("rule")
        self.arn = self.events.put_rule(Name=self.rule, EventPattern=json.dumps({"source": [self.source]}))["RuleArn"]
        self.targets: list[str] = []

    def target(self, arn: str, **more: Any) -> None:
        target_id = unique("target")
        self.events.put_targets(Rule=self.rule, Targets=[{"Id": target_id, "Arn": arn, **more}])
        self.targets.append(target_id)

    def put(self, **detail: Any) -> str:
        """Send an event; returns its id."""
        entry = {"Source": self.source, "DetailType": "Test", "Detail": json.dumps(detail)}
        return str(self.events.put_events(Entries=[entry])["Entries"][0]["EventId"])

    def queue(self) -> tuple[str, str]:
        """(URL, ARN) of a new queue."""
        name = unique("queue")
        return self.sqs.create_queue(QueueName=name)["QueueUrl"], f"arn:aws:sqs:{REGION}:{ACCOUNT}:{name}"

    def message(self, url: str) -> dict[str, Any]:
        """Wait for a message, with its attributes as plain strings under `attributes`."""

        def receive() -> Any:
            answer = self.sqs.receive_message(QueueUrl=url, MessageAttributeNames=["All"], WaitTimeSeconds=2)
            return answer.get("Messages")

        (message,) = wait_for(receive, timeout_s=30)
        self.sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
        attributes = {name: value["StringValue"] for name, value in message.get("MessageAttributes", {}).items()}
        return {"body": json.loads(message["Body"]), "attributes": attributes}


@pytest.fixture
def bus(localstack: LocalStack) -> Iterator[Bus]:
    made = Bus(localstack)
    yield made
    if made.targets:
        made.events.remove_targets(Rule=made.rule, Ids=made.targets)
    made.events.delete_rule(Name=made.rule)


def missing(service: str, name: str) -> str:
    return f"arn:aws:{service}:{REGION}:{ACCOUNT}:{name}"


def test_input_transformer_starts_an_execution(bus: Bus, localstack: LocalStack) -> None:
    """Numbers stay numbers, zero included, as the size of an empty object."""
    states = localstack.client("stepfunctions")
    machine = states.create_state_machine(name=unique("machine"), definition=PASS, roleArn=ROLE)["stateMachineArn"]
    transformer = {
        "InputPathsMap": {"key": "$.detail.key", "size": "$.detail.size", "zero": "$.detail.zero"},
        "InputTemplate": '{"key": <key>, "size": <size>, "zero": <zero>}',
    }
    bus.target(machine, RoleArn=ROLE, InputTransformer=transformer)
    event_id = bus.put(key="uploads/a b.pdf", size=12, zero=0)
    (execution,) = wait_for(lambda: states.list_executions(stateMachineArn=machine)["executions"])
    assert execution["name"].startswith(event_id)
    found = states.describe_execution(executionArn=execution["executionArn"])
    assert json.loads(found["input"]) == {"key": "uploads/a b.pdf", "size": 12, "zero": 0}


def test_a_missing_target_goes_to_the_dead_letter_queue_without_retries(bus: Bus) -> None:
    dead, dead_arn = bus.queue()
    target = missing("states", "stateMachine:nowhere")
    bus.target(target, RoleArn=ROLE, DeadLetterConfig={"Arn": dead_arn}, RetryPolicy={"MaximumRetryAttempts": 5})
    event_id = bus.put(key="k")
    message = bus.message(dead)
    assert message["body"]["id"] == event_id
    assert message["body"]["detail"] == {"key": "k"}
    attributes = message["attributes"]
    assert attributes["RULE_ARN"] == bus.arn
    assert attributes["TARGET_ARN"] == target
    assert attributes["ERROR_CODE"] == "NO_RESOURCE"
    assert "nowhere" in attributes["ERROR_MESSAGE"]
    assert attributes["RETRY_ATTEMPTS"] == "0"
    assert "EXHAUSTED_RETRY_CONDITION" not in attributes


def destination(bus: Bus, port: int) -> str:
    """An API destination at a local port."""
    connection = bus.events.create_connection(
        Name=unique("connection"),
        AuthorizationType="API_KEY",
        AuthParameters={"ApiKeyAuthParameters": {"ApiKeyName": "x", "ApiKeyValue": "y"}},
    )
    made = bus.events.create_api_destination(
        Name=unique("destination"),
        ConnectionArn=connection["ConnectionArn"],
        InvocationEndpoint=f"http://127.0.0.1:{port}/",
        HttpMethod="POST",
    )
    return str(made["ApiDestinationArn"])


def test_retries_end_in_the_dead_letter_queue_and_hold_nobody_up(bus: Bus) -> None:
    dead, dead_arn = bus.queue()
    healthy, healthy_arn = bus.queue()
    policy = {"MaximumRetryAttempts": 4, "MaximumEventAgeInSeconds": 60}
    closed = destination(bus, free_port())  # a refused connection is the kind of failure that is retried
    bus.target(closed, RoleArn=ROLE, DeadLetterConfig={"Arn": dead_arn}, RetryPolicy=policy)
    bus.target(healthy_arn)
    first, second = bus.put(number=1), bus.put(number=2)
    assert {bus.message(healthy)["body"]["id"], bus.message(healthy)["body"]["id"]} == {first, second}
    assert "Messages" not in bus.sqs.receive_message(QueueUrl=dead), "the other target waited for the retries"
    dead_letters = [bus.message(dead), bus.message(dead)]
    assert {letter["body"]["id"] for letter in dead_letters} == {first, second}
    for letter in dead_letters:
        assert letter["attributes"]["RETRY_ATTEMPTS"] == "4"
        assert letter["attributes"]["EXHAUSTED_RETRY_CONDITION"] == "MaximumRetryAttempts"
        assert letter["attributes"]["ERROR_CODE"] == "CONNECTION_FAILURE"


def test_a_retry_delivers_once_the_target_is_back(bus: Bus) -> None:
    """Nothing listens on the port at first."""
    got: list[bytes] = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            got.append(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(200)
            self.end_headers()

        def log_message(self, format: str, *args: Any) -> None:
            """Say nothing."""

    port = free_port()
    bus.target(destination(bus, port), RoleArn=ROLE)
    event_id = bus.put(number=1)
    time.sleep(0.3)
    with http.server.HTTPServer(("127.0.0.1", port), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            wait_for(lambda: got, timeout_s=30)
        finally:
            server.shutdown()
            thread.join()
    assert [json.loads(body)["id"] for body in got] == [event_id]


def test_a_schedule_fires_every_minute_and_only_once(localstack: LocalStack, bus: Bus) -> None:
    """PutTargets twice, as two deployments do, is one schedule still; a disabled rule has none."""
    url, arn = bus.queue()
    other, other_arn = bus.queue()
    rules = {unique("schedule"): (arn, "ENABLED"), unique("schedule"): (other_arn, "DISABLED")}
    for name, (target, state) in rules.items():
        for _ in range(2):
            bus.events.put_rule(Name=name, ScheduleExpression="rate(1 minute)", State=state)
            bus.events.put_targets(Rule=name, Targets=[{"Id": "queue", "Arn": target}])
    messages: list[dict[str, Any]] = []
    give_up = time.monotonic() + 70
    while not messages and time.monotonic() < give_up:
        messages += bus.sqs.receive_message(QueueUrl=url, WaitTimeSeconds=10).get("Messages", [])
    event = json.loads(messages[0]["Body"])
    assert (event["source"], event["detail-type"]) == ("aws.events", "Scheduled Event")
    more = bus.sqs.receive_message(QueueUrl=url, WaitTimeSeconds=2).get("Messages", [])
    assert len(messages) + len(more) == 1
    assert "Messages" not in bus.sqs.receive_message(QueueUrl=other)
    for name in rules:
        bus.events.remove_targets(Rule=name, Ids=["queue"])
        bus.events.delete_rule(Name=name)
