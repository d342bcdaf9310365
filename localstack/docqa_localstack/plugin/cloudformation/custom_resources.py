"""Lambda-backed custom resources: ``Custom::*`` and ``AWS::CloudFormation::CustomResource``.

LocalStack's open release reports them as created and calls nothing. Requests, answers and errors here follow
https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/crpg-ref.html with one difference: an error of the
function that has not answered fails the resource at once, where AWS lets the deployment wait for ServiceTimeout.

Imported at start for its route, so LocalStack's services are imported only inside the functions.
"""

import json
import logging
import threading
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

LOG = logging.getLogger(__name__)

RESPONSE_PATH: Final = "/_docqa/cfn-response"
DEFAULT_TIMEOUT_S: Final = 3600
"""AWS: "The default value is 3600 seconds"."""
LONGEST_RESPONSE: Final = 4096
"""Bytes. AWS: "The total size of the response body can't exceed 4096 bytes"."""
LAMBDA_READ_TIMEOUT_S: Final = 930
"""Longer than the 900 s that a function may run."""

PHYSICAL_ID: Final = "DocqaPhysicalResourceId"
SENT: Final = "DocqaResourceProperties"
"""Where the model of a resource (kept in the state of its stack) holds its physical id and what was last sent to it;
everything else in the model is the Data that Fn::GetAtt reads."""

Properties = Mapping[str, Any]


class CustomResourceError(Exception):
    """The custom resource failed; the message becomes the reason of the stack event."""


@dataclass
class _Waiting:
    """One request that waits for its answer."""

    done: threading.Event = field(default_factory=threading.Event)
    body: bytes | None = None
    error: str | None = None


_WAITING: dict[str, _Waiting] = {}
_ROUTED_BY: list[Any] = []


def add_routes(router: Any) -> None:
    """Serve the response URL that each request carries. More than one call does no harm."""
    if _ROUTED_BY:
        return
    _ROUTED_BY.append(router)
    router.add(f"{RESPONSE_PATH}/<token>", receive, methods=["PUT", "POST"])


def receive(request: Any, token: str) -> Any:
    """Take the answer of a custom resource: 200, or 403 when nobody waits for it (any more)."""
    from localstack.http import Response

    waiting = _WAITING.pop(token, None)
    if waiting is None:
        return Response(status=403)
    waiting.body = request.get_data()
    waiting.done.set()
    return Response(status=200)


def as_strings(value: Any) -> Any:
    """CloudFormation hands every number and every truth value to a custom resource as a string."""
    if isinstance(value, Mapping):
        return {name: as_strings(item) for name, item in value.items()}
    if isinstance(value, list):
        return [as_strings(item) for item in value]
    if isinstance(value, bool):
        return str(value).lower()
    return value if value is None else str(value)


def parse_answer(body: bytes) -> dict[str, Any]:
    """Check the body sent to the response URL and return it.

    Raises CustomResourceError for FAILED, with the function's reason, and for a body that AWS refuses.
    """
    if len(body) > LONGEST_RESPONSE:
        raise CustomResourceError("Response object is too long.")
    try:
        answer = json.loads(body)
    except ValueError as error:
        raise CustomResourceError("Response is not valid JSON") from error
    if not isinstance(answer, dict) or answer.get("Status") not in ("SUCCESS", "FAILED"):
        raise CustomResourceError("Invalid response: Status must be SUCCESS or FAILED")
    if answer["Status"] == "FAILED":
        raise CustomResourceError(
            f"Received response status [FAILED] from custom resource. Message returned: {answer.get('Reason')}"
        )
    if not answer.get("PhysicalResourceId"):
        raise CustomResourceError("Invalid PhysicalResourceId")
    return answer


def _service_timeout(properties: Properties) -> int:
    """Seconds; the property is an integer that may come as a string."""
    seconds = int(properties.get("ServiceTimeout") or DEFAULT_TIMEOUT_S)
    if not 1 <= seconds <= DEFAULT_TIMEOUT_S:
        raise CustomResourceError(f"ServiceTimeout must be between 1 and {DEFAULT_TIMEOUT_S}, not {seconds}")
    return seconds


def _invoke(request: Any, function_arn: str, event: Properties, waiting: _Waiting) -> None:
    """Call the function and note its error. Runs in a thread: the answer comes by the response URL."""
    from botocore.config import Config
    from botocore.exceptions import BotoCoreError, ClientError
    from localstack.aws.connect import connect_to

    patient = Config(read_timeout=LAMBDA_READ_TIMEOUT_S, retries={"total_max_attempts": 1})
    client = connect_to(aws_access_key_id=request.account_id, region_name=request.region_name, config=patient).lambda_
    try:
        response = client.invoke(FunctionName=function_arn, Payload=json.dumps(event).encode())
    except (ClientError, BotoCoreError) as error:
        waiting.error = str(error)
    else:
        if response.get("FunctionError"):
            waiting.error = response["Payload"].read().decode(errors="replace")
    if waiting.error is not None:
        waiting.done.set()


def _deliver(request: Any, service_token: str, event: Properties, waiting: _Waiting) -> None:
    if ":sns:" in service_token:
        request.aws_client_factory.sns.publish(TopicArn=service_token, Message=json.dumps(event))
        return
    arguments = (request, service_token, event, waiting)
    threading.Thread(target=_invoke, args=arguments, name="custom-resource", daemon=True).start()


def call(
    request: Any, kind: str, properties: Properties, *, physical_id: str | None = None, old: Properties | None = None
) -> dict[str, Any]:
    """Send one request (`kind`: Create, Update, Delete) and wait for its answer.

    Raises CustomResourceError.
    """
    from localstack.config import GATEWAY_LISTEN

    token, waiting = uuid.uuid4().hex, _Waiting()
    event: dict[str, Any] = {
        "RequestType": kind,
        "ServiceToken": properties["ServiceToken"],
        "ResponseURL": f"http://127.0.0.1:{GATEWAY_LISTEN[0].port}{RESPONSE_PATH}/{token}",
        "StackId": request.stack_id,
        "RequestId": str(uuid.uuid4()),
        "LogicalResourceId": request.logical_resource_id,
        "ResourceType": request.resource_type,
        "ResourceProperties": as_strings(properties),
    }
    if physical_id is not None:
        event["PhysicalResourceId"] = physical_id
    if old is not None:
        event["OldResourceProperties"] = as_strings(old)
    timeout_s = _service_timeout(properties)
    _WAITING[token] = waiting
    try:
        _deliver(request, str(properties["ServiceToken"]), event, waiting)
        if not waiting.done.wait(timeout_s):
            raise CustomResourceError(
                "CloudFormation did not receive a response from your Custom Resource. "
                f"Please check your logs for requestId [{event['RequestId']}]. (waited {timeout_s} s)"
            )
    finally:
        _WAITING.pop(token, None)
    if waiting.body is None:
        raise CustomResourceError(f"The function of the custom resource failed: {waiting.error}")
    return parse_answer(waiting.body)


def _recorded(state: Properties) -> tuple[str | None, Properties]:
    """The physical id and the last sent properties of a deployed resource, by its model."""
    return state.get(PHYSICAL_ID), state.get(SENT) or state


def _model(answer: Properties, sent: Properties) -> dict[str, Any]:
    return {**as_strings(answer.get("Data") or {}), PHYSICAL_ID: answer["PhysicalResourceId"], SENT: dict(sent)}


class CustomResourceProvider:
    """What LocalStack's CloudFormation engine calls; it has the methods of its ResourceProvider."""

    TYPE = "AWS::CloudFormation::CustomResource"
    SCHEMA: Final[dict[str, Any]] = {
        "typeName": TYPE,
        "properties": {},
        "primaryIdentifier": [f"/properties/{PHYSICAL_ID}"],
    }

    def create(self, request: Any) -> Any:
        """Send Create."""
        return self._send(request, "Create")

    def update(self, request: Any) -> Any:
        """Send Update. A changed physical id is a replacement: the engine then deletes the old resource."""
        physical_id, old = _recorded(request.previous_state)
        return self._send(request, "Update", physical_id=physical_id, old=old)

    def delete(self, request: Any) -> Any:
        """Send Delete, unless the resource never came into being."""
        physical_id, sent = _recorded(request.desired_state)
        if physical_id is None:
            return _progress("SUCCESS", {})
        try:
            call(request, "Delete", sent, physical_id=physical_id)
        except CustomResourceError as error:
            return _progress("FAILED", {}, str(error))
        return _progress("SUCCESS", {})

    def _send(self, request: Any, kind: str, **identity: Any) -> Any:
        # raised, the error would reach the stack event without its reason
        sent = dict(request.desired_state)
        try:
            answer = call(request, kind, sent, **identity)
        except CustomResourceError as error:
            return _progress("FAILED", {}, str(error))
        return _progress("SUCCESS", _model(answer, sent))


def _progress(status: str, model: dict[str, Any], message: str = "") -> Any:
    from localstack.services.cloudformation.resource_provider import OperationStatus, ProgressEvent

    return ProgressEvent(status=OperationStatus[status], resource_model=model, message=message)
