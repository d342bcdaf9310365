"""Build the vector indexes of tenants that have grown large, and sample how well those in place find."""

from typing import Any

from docqa.bootstrap import container
from docqa.entrypoint import entrypoint


@entrypoint
async def handler(event: dict[str, Any]) -> dict[str, Any]:
    """Schedule event → `{built, dropped, recall}`."""
    tended = await container().index_keeper.run()
    return tended.model_dump()
