"""What one asked to remember ("remember that …"): listed and forgotten here, used to understand one's questions."""

from uuid import UUID

from fastapi import APIRouter, status

from docqa.http.dependencies import KnownUser, ServicesNeeded
from docqa.http.schemas import Memories

router = APIRouter(prefix="/memories", tags=["memories"])


@router.get("")
async def list_memories(user: KnownUser, services: ServicesNeeded) -> Memories:
    """Yours alone, oldest first."""
    return Memories(memories=await services.memories.remembered(user.tenant_id, user.user_id))


@router.delete("", status_code=status.HTTP_204_NO_CONTENT)
async def forget_all(user: KnownUser, services: ServicesNeeded) -> None:
    """Forget everything."""
    await services.memories.forget(user.tenant_id, user.user_id, None)


@router.delete("/{memory_id}", status_code=status.HTTP_204_NO_CONTENT)
async def forget(memory_id: UUID, user: KnownUser, services: ServicesNeeded) -> None:
    """Forget one."""
    await services.memories.forget(user.tenant_id, user.user_id, memory_id)
