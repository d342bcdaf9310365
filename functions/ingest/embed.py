"""Embed one batch of passages and copy it into the unpublished version."""

from typing import Any

from docqa.bootstrap import container
from docqa.core.models import Batch, Job
from docqa.entrypoint import entrypoint


@entrypoint
async def handler(event: dict[str, Any]) -> dict[str, Any]:
    """`{job, batch}` → `{embedded}`, the number of texts that were new to the tenant."""
    job, batch = Job.model_validate(event["job"]), Batch.model_validate(event["batch"])
    return {"embedded": await container().embed_stage.run(job, batch)}
