"""Cut the parsed pages into passages."""

from typing import Any

from docqa.bootstrap import container
from docqa.core.models import Job
from docqa.entrypoint import entrypoint


@entrypoint
async def handler(event: dict[str, Any]) -> dict[str, Any]:
    """`{job}` → `{job, batches}`; the passages go to the artifact store."""
    chunked = await container().chunk_stage.run(Job.model_validate(event["job"]))
    return chunked.model_dump(mode="json")
