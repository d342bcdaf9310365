"""Give everything that is stored vectors of another embedding model."""

from typing import Any

from docqa.bootstrap import container
from docqa.entrypoint import entrypoint

RUN_S = 780
"""Two minutes less than the function has: the last batch and the switch take their time."""


@entrypoint
async def handler(event: dict[str, Any]) -> dict[str, Any]:
    """`{model, seconds?}` → `{embedded, switched, remaining}`; to be called again until nothing remains."""
    seconds = min(float(event.get("seconds", RUN_S)), RUN_S)
    done = await container().reindex.run(str(event["model"]), seconds=seconds)
    return done.model_dump()
