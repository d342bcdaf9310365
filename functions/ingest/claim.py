"""Claim an uploaded version for this execution and plan its page ranges."""

from typing import Any

from docqa.bootstrap import container
from docqa.entrypoint import entrypoint


@entrypoint
async def handler(event: dict[str, Any]) -> dict[str, Any]:
    """`{key, execution_id}` → `{claimed, job, ranges}`."""
    claimed = await container().claim_stage.run(event["key"], event["execution_id"])
    return claimed.model_dump(mode="json")
