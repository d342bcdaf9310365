"""Progress of the stages; a unit counts once, however often it is reported."""

from sqlalchemy import text

from docqa.core.models import Stage, VersionKey
from docqa.database.connection import Database

_CURRENT = text("""
    update document_versions
       set stage = :stage
     where document_id = :document_id and version = :version and tenant_id = :tenant_id and status = 'processing'
 returning id
""")

_STARTED = text("""
    insert into stage_progress (version_id, stage, tenant_id, total)
    values (:version_id, :stage, :tenant_id, :total)
        on conflict (version_id, stage) do update set total = excluded.total
""")

_BEYOND = text("delete from chunks where version_id = :version_id and batch >= :total")

# The lock makes reports of one stage wait for each other: of two last units that come together, one must see the other.
_LOCKED = text("""
    select p.version_id, p.total
      from stage_progress p
      join document_versions v on v.id = p.version_id
     where v.document_id = :document_id and v.version = :version and v.tenant_id = :tenant_id
       and v.status = 'processing' and p.stage = :stage
       for no key update of p
""")

_UNIT = text("""
    insert into stage_units (version_id, stage, unit, tenant_id)
    values (:version_id, :stage, :unit, :tenant_id)
        on conflict do nothing
""")

_FINISHED = text("""
    update stage_progress p
       set finished_at = now()
     where p.version_id = :version_id and p.stage = :stage and p.finished_at is null
       and p.total <= (select count(*) from stage_units u where u.version_id = p.version_id and u.stage = p.stage)
""")


class Stages:
    """The part of `IngestStore` that a progress bar is drawn from. What is not in processing is left as it is."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def stage_started(self, key: VersionKey, stage: Stage, *, total: int) -> None:
        """Batches of passages that an earlier attempt stored beyond `total` go when embedding starts."""
        async with self._database.transaction(key.tenant_id) as connection:
            values = {**key.model_dump(), "stage": stage.value, "total": total}
            version_id = (await connection.execute(_CURRENT, values)).scalar_one_or_none()
            if version_id is None:
                return
            await connection.execute(_STARTED, {**values, "version_id": version_id})
            if stage == Stage.EMBED:
                await connection.execute(_BEYOND, {"version_id": version_id, "total": total})

    async def unit_done(self, key: VersionKey, stage: Stage, *, unit: int) -> None:
        """Units count from 0; the stage is finished when `total` different ones are done."""
        async with self._database.transaction(key.tenant_id) as connection:
            values = {**key.model_dump(), "stage": stage.value, "unit": unit}
            version_id = (await connection.execute(_LOCKED, values)).scalar_one_or_none()
            if version_id is None:
                return
            await connection.execute(_UNIT, {**values, "version_id": version_id})
            await connection.execute(_FINISHED, {**values, "version_id": version_id})
