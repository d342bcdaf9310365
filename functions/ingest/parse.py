"""Parse one page range."""

from typing import Any

from docqa.bootstrap import container
from docqa.core.models import Job, PageRange
from docqa.entrypoint import entrypoint


@entrypoint
async def handler(event: dict[str, Any]) -> dict[str, Any]:
    """`{job, range}` → `{}`; the blocks go to the artifact store."""
    await container().parse_stage.run(Job.model_validate(event["job"]), PageRange.model_validate(event["range"]))
    return {}
