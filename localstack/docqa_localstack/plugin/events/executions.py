"""The event "Step Functions Execution Status Change" in the form that AWS documents.

LocalStack's open release sends dates as text and an empty input as an object. See
https://docs.aws.amazon.com/step-functions/latest/dg/eventbridge-integration.html.
"""

import json
import logging
from datetime import datetime
from types import ModuleType
from typing import Any, Final

LOG = logging.getLogger(__name__)

LARGEST_PAYLOAD: Final = 248 * 1024
"""Bytes of escaped input and output together, above which AWS leaves out the input, then the output."""


def _milliseconds(moment: datetime | None) -> int | None:
    return None if moment is None else int(moment.timestamp() * 1000)


def _escaped_size(text: str | None) -> int:
    return 0 if text is None else len(json.dumps(text))


def detail_of(execution: Any, to_json_str: Any) -> dict[str, Any]:
    """The `detail` of the event, for an execution in its present state."""
    sent = to_json_str(execution.input_data, separators=(",", ":"))
    output = None if execution.output is None else to_json_str(execution.output, separators=(",", ":"))
    with_output = _escaped_size(output) <= LARGEST_PAYLOAD
    with_input = _escaped_size(sent) + (_escaped_size(output) if with_output else 0) <= LARGEST_PAYLOAD
    return {
        "executionArn": execution.exec_arn,
        "stateMachineArn": execution.state_machine_arn,
        "name": execution.name,
        "status": execution.exec_status,
        "startDate": _milliseconds(execution.start_date),
        "stopDate": _milliseconds(execution.stop_date),
        "input": sent if with_input else None,
        "output": output if with_output else None,
        "stateMachineVersionArn": execution.state_machine_version_arn,
        "stateMachineAliasArn": execution.state_machine_alias_arn,
        "redriveCount": 0,
        "redriveDate": None,
        "redriveStatus": "NOT_REDRIVABLE",
        "redriveStatusReason": "Execution is not redrivable on this stack",
        "inputDetails": {"included": with_input},
        "outputDetails": None if output is None else {"included": with_output},
        "error": execution.error,
        "cause": execution.cause,
    }


def publish_as_documented(module: ModuleType) -> None:
    """Replace the event's detail. Express executions send none, as on AWS."""

    from botocore.exceptions import BotoCoreError, ClientError

    def publish_execution_status_change_event(self: Any) -> None:
        if self.sm_type != "STANDARD":
            return
        entry = {
            "Source": "aws.states",
            "Resources": [self.exec_arn],
            "DetailType": "Step Functions Execution Status Change",
            "Detail": json.dumps(detail_of(self, module.to_json_str)),
        }
        try:
            answer = self._get_events_client().put_events(Entries=[entry])
        except (ClientError, BotoCoreError) as error:  # the execution itself goes on, as on AWS
            LOG.error("the status of %s was not announced: %s", self.exec_arn, error)
            return
        if answer["FailedEntryCount"]:
            LOG.error("the status of %s was not announced: %s", self.exec_arn, answer["Entries"])

    module.Execution.publish_execution_status_change_event = publish_execution_status_change_event


PATCHES: Final = {"localstack.services.stepfunctions.backend.execution": publish_as_documented}
