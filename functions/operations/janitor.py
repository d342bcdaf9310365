"""Restart what lost its execution, end what outlived its deadline."""

from typing import Any

from docqa.bootstrap import container
from docqa.entrypoint import entrypoint


@entrypoint
async def handler(event: dict[str, Any]) -> dict[str, Any]:
    """Schedule event → `{restarted, failed}`."""
    sweep = await container().janitor.run()
    return sweep.model_dump()
