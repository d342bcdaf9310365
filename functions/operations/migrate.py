"""CloudFormation custom resource: bring the database schema to the version of this deploy."""

from typing import Any

from docqa.bootstrap import container
from docqa.custom_resource import respond
from docqa.entrypoint import entrypoint


@entrypoint
async def handler(event: dict[str, Any]) -> dict[str, Any]:
    """Migrate on Create and Update; on Delete the data stays. CloudFormation is told either way."""
    async with respond(event, physical_id="docqa-database") as answer:
        if event["RequestType"] != "Delete":
            answer["Revision"] = await container().migrate()
    return dict(answer)
