"""Make the new version the one that answers."""

from typing import Any

from docqa.bootstrap import container
from docqa.core.models import Job
from docqa.entrypoint import entrypoint


@entrypoint
async def handler(event: dict[str, Any]) -> dict[str, Any]:
    """`{job}` → `{}`."""
    await container().publish_stage.run(Job.model_validate(event["job"]))
    return {}
