"""Health and readiness."""

import asyncio

from fastapi import APIRouter, Response, status

from docqa.core.errors import DocQAError
from docqa.http.dependencies import ServicesNeeded
from docqa.http.schemas import Health, Readiness
from docqa.http.services import Probe

router = APIRouter(tags=["operations"])


@router.get("/health")
async def health() -> Health:
    """The process is up. Never looks outside of it."""
    return Health(status="ok")


@router.get("/ready")
async def ready(services: ServicesNeeded, response: Response) -> Readiness:
    """Every dependency answers; 503 with the one that does not."""
    names = list(services.probes)
    states = await asyncio.gather(*(_state(services.probes[name]) for name in names))
    found = dict(zip(names, states, strict=True))
    well = all(state == "ok" for state in states)
    response.status_code = status.HTTP_200_OK if well else status.HTTP_503_SERVICE_UNAVAILABLE
    return Readiness(status="ok" if well else "unavailable", dependencies=found)


async def _state(probe: Probe) -> str:
    try:
        await probe()
    except DocQAError as error:
        return error.code
    return "ok"
