"""The answer that CloudFormation waits for (User Guide, "Custom resource response objects")."""

import json
import urllib.request
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

TIMEOUT_S = 30


@asynccontextmanager
async def respond(event: dict[str, Any], *, physical_id: str) -> AsyncIterator[dict[str, Any]]:
    """Yield a dict for the resource's attributes; send SUCCESS with it when the block ends well, else FAILED.

    CloudFormation waits an hour for an answer that never comes, so a failure is told as well.
    """
    attributes: dict[str, Any] = {}
    try:
        yield attributes
    except Exception as error:
        _send(event, physical_id, status="FAILED", reason=f"{type(error).__name__}: {error}", attributes={})
        raise
    _send(event, physical_id, status="SUCCESS", reason="", attributes=attributes)


def _send(event: dict[str, Any], physical_id: str, *, status: str, reason: str, attributes: dict[str, Any]) -> None:
    body = {
        "Status": status,
        "Reason": reason[:1000] or "See the function's log.",
        "PhysicalResourceId": event.get("PhysicalResourceId") or physical_id,
        "StackId": event["StackId"],
        "RequestId": event["RequestId"],
        "LogicalResourceId": event["LogicalResourceId"],
        "Data": attributes,
    }
    request = urllib.request.Request(  # noqa: S310 - the address comes from CloudFormation
        event["ResponseURL"], data=json.dumps(body).encode(), method="PUT", headers={"Content-Type": ""}
    )
    with urllib.request.urlopen(request, timeout=TIMEOUT_S) as answer:  # noqa: S310
        answer.read()
