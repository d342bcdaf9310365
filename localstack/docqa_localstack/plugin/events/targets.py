"""Delivery of events to the targets of a rule: input transformers, retries, dead-letter queues.

LocalStack's open release tries once and forgets; it names an execution of a state machine after the id of what the
input transformer made, which has none. Retry policy, dead-letter attributes and error codes follow
https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-dlq.html.
"""

import copy
import json
import logging
import time
import uuid
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any, Final

from docqa_localstack.plugin.events.retries import LATER, backoff_s

LOG = logging.getLogger(__name__)

MOST_RETRIES: Final = 185
LONGEST_AGE_S: Final = 24 * 3600
"""AWS: "By default, EventBridge retries sending the event for 24 hours and up to 185 times"."""

FINAL_CODES: Final = {
    "NO_RESOURCE": ("NotFound", "DoesNotExist", "NoSuch", "NonExistent"),
    "NO_PERMISSIONS": ("AccessDenied", "Unauthorized", "NotAuthorized", "Forbidden"),
    "RESOURCE_ALREADY_EXISTS": ("AlreadyExists",),
    "INVALID_PARAMETER": ("Invalid", "Validation"),
}
"""Error codes of EventBridge that are not retried, and parts of the services' own codes that mean them."""
THROTTLED: Final = ("Throttl", "TooManyRequests", "Limit")

_DELIVERY_NAME: ContextVar[str] = ContextVar("docqa_delivery_name")
"""The name of an execution that this delivery starts; a retry keeps it, so it starts no second execution."""


@dataclass(frozen=True)
class Failure:
    """Why a delivery failed, in EventBridge's words."""

    code: str
    message: str
    final: bool


def failure_of(error: Exception) -> Failure:
    """Classify what a target's client raised."""
    response = getattr(error, "response", None)
    code = str(response["Error"]["Code"]) if isinstance(response, dict) and "Error" in response else ""
    for name, parts in FINAL_CODES.items():
        if any(part in code for part in parts):
            return Failure(name, str(error), final=True)
    if any(part in code for part in THROTTLED):
        return Failure("THROTTLING", str(error), final=False)
    if isinstance(error, NotImplementedError):
        return Failure("SDK_CLIENT_ERROR", str(error), final=True)
    return Failure("UNKNOWN" if code else "CONNECTION_FAILURE", str(error), final=False)


@dataclass
class Delivery:
    """One event on its way to one target. event: as matched; payload: after the input transformation."""

    sender: Any
    event: Any
    payload: Any
    trace_header: Any
    name: str
    retries: int = 0
    began: float = field(default_factory=time.monotonic)

    def attempt(self) -> None:
        """Send once. A failure is retried later, or ends in the dead-letter queue."""
        token = _DELIVERY_NAME.set(self.name)
        try:
            self.sender.send_event(copy.deepcopy(self.payload), self.trace_header)
        except Exception as error:  # noqa: BLE001 (targets are of any service; their errors become a Failure)
            self._failed(failure_of(error))
        finally:
            _DELIVERY_NAME.reset(token)

    def _failed(self, failure: Failure) -> None:
        LOG.warning("event %s could not be delivered to %s: %s", self.name, self.sender.arn, failure.message)
        exhausted = self._exhausted()
        if failure.final or exhausted:
            self._give_up(failure, None if failure.final else exhausted)
            return
        self.retries += 1
        LATER.call(backoff_s(self.retries), self.attempt)

    def _exhausted(self) -> str | None:
        """Which condition of the retry policy forbids another attempt."""
        policy = self.sender.target.get("RetryPolicy") or {}
        if self.retries >= int(policy.get("MaximumRetryAttempts", MOST_RETRIES)):
            return "MaximumRetryAttempts"
        age_s = time.monotonic() - self.began
        limit_s = int(policy.get("MaximumEventAgeInSeconds", LONGEST_AGE_S))
        return "MaximumEventAgeInSeconds" if age_s >= limit_s else None

    def _give_up(self, failure: Failure, exhausted: str | None) -> None:
        queue_arn = (self.sender.target.get("DeadLetterConfig") or {}).get("Arn")
        if not queue_arn:
            LOG.error("event %s is dropped: %s has no dead-letter queue", self.name, self.sender.arn)
            return
        values = {
            "RULE_ARN": self.sender.rule_arn,
            "TARGET_ARN": self.sender.arn,
            "ERROR_CODE": failure.code,
            "ERROR_MESSAGE": failure.message or failure.code,
            "EXHAUSTED_RETRY_CONDITION": exhausted,
        }
        attributes = {
            name: {"DataType": "String", "StringValue": value} for name, value in values.items() if value is not None
        }
        attributes["RETRY_ATTEMPTS"] = {"DataType": "Number", "StringValue": str(self.retries)}
        _send_to_queue(self.sender, queue_arn, self.event, attributes)


def _send_to_queue(sender: Any, queue_arn: str, event: Any, attributes: dict[str, Any]) -> None:
    from localstack.aws.connect import connect_to
    from localstack.services.events.utils import to_json_str
    from localstack.utils.aws.arns import sqs_queue_url_for_arn

    account, region = queue_arn.split(":")[4], queue_arn.split(":")[3]
    client = connect_to(aws_access_key_id=account, region_name=region).sqs
    client.send_message(
        QueueUrl=sqs_queue_url_for_arn(queue_arn), MessageBody=to_json_str(event), MessageAttributes=attributes
    )


def _payload(sender: Any, event: Any, module: Any) -> Any:
    """What the target gets: its constant Input, or the event by InputPath or InputTransformer."""
    target = sender.target
    if constant := target.get("Input"):
        return json.loads(constant)
    if path := target.get("InputPath"):
        event = module.transform_event_with_target_input_path(path, event)
    if transformer := target.get("InputTransformer"):
        event = sender.transform_event_with_target_input_transformer(transformer, event)
    return event


def deliver_with_retries(module: Any) -> None:
    """Put deliveries in the place of the single attempt; the first one is made at once, as before."""

    def process_event(self: Any, event: Any, trace_header: Any) -> None:
        if isinstance(event, dict):
            event.pop("event-bus-name", None)
        event_id = event.get("id") if isinstance(event, dict) else None
        name = f"{event_id or uuid.uuid4()}_{uuid.uuid4()}"
        payload = _payload(self, event, module)
        if payload is None or payload == "":
            LOG.warning("nothing of event %s is left to send to %s", event_id, self.arn)
            return
        Delivery(self, event, payload, trace_header, name[:80]).attempt()

    def start_execution(self: Any, event: Any, trace_header: Any) -> None:
        self.service = "stepfunctions"
        self.client.start_execution(
            stateMachineArn=self.target["Arn"], name=_DELIVERY_NAME.get(), input=module.to_json_str(event)
        )

    module.TargetSender.process_event = process_event
    module.StatesTargetSender.send_event = start_execution
    module.get_template_replacements = _template_replacements(module)


def _template_replacements(module: Any) -> Any:
    """LocalStack's own makes an empty string of every value that is false, such as the size of an empty object."""

    def get_template_replacements(input_transformer: Any, event: Any) -> dict[str, Any]:
        paths = {
            name: path
            for name, path in (input_transformer.get("InputPathsMap") or {}).items()
            if name not in module.PREDEFINED_PLACEHOLDERS
        }
        values = {name: module.extract_jsonpath(event, path) for name, path in paths.items()}
        return {name: "" if value is None or value == [] else value for name, value in values.items()}

    return get_template_replacements


PATCHES: Final = {"localstack.services.events.target": deliver_with_retries}
