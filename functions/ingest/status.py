"""Write down why an execution failed."""

from typing import Any

from docqa.bootstrap import container
from docqa.entrypoint import entrypoint


@entrypoint
async def handler(event: dict[str, Any]) -> dict[str, Any]:
    """EventBridge "Step Functions Execution Status Change" → `{failed}`, whether a document was marked."""
    return {"failed": await container().failure_stage.run(event["detail"])}
