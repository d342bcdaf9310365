"""The janitor: a document never gets stuck. What lost its execution starts again, what outlived its deadline fails."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from docqa.core.errors import DocQAError, ProcessingFailed, ProcessingTimedOut, UploadMissing
from docqa.core.ids import upload_key
from docqa.core.models import Failure, Model, OpenVersion, Status
from docqa.core.ports import Executions, IngestStore, ObjectStore

MAX_ATTEMPTS = 3
QUIET = timedelta(seconds=20)
"""A version younger than this is left alone: its event or execution may still be on its way."""
START_WITHIN = timedelta(minutes=15)
"""After its form has expired, an uploaded version that no execution could claim for this long has failed."""


class Sweep(Model):
    """What one run of the janitor did."""

    restarted: int = 0
    failed: int = 0


@dataclass(frozen=True)
class Janitor:
    """Looks at every version that is neither ready nor failed."""

    store: IngestStore
    uploads: ObjectStore
    executions: Executions
    upload_lifetime_s: int

    async def run(self, *, now: datetime | None = None) -> Sweep:
        """Raises DependencyUnavailable, after the versions that it did not hinder; the next run carries on."""
        moment = now or datetime.now(UTC)
        restarted = failed = 0
        hindrance: DocQAError | None = None
        for version in await self.store.open_versions():
            if moment - version.changed_at < QUIET:
                continue
            try:
                outcome = await self._look(version, moment)
            except DocQAError as error:
                hindrance = hindrance or error
                continue
            restarted += outcome == "restarted"
            failed += outcome == "failed"
        if hindrance is not None:
            raise hindrance
        return Sweep(restarted=restarted, failed=failed)

    async def _look(self, version: OpenVersion, moment: datetime) -> str:
        if version.status == Status.AWAITING_UPLOAD:
            return await self._awaiting(version, moment)
        return await self._processing(version, moment)

    async def _awaiting(self, version: OpenVersion, moment: datetime) -> str:
        """The upload's event was lost (start it now), or the upload never came (fail it once the form has expired)."""
        age, form = moment - version.changed_at, timedelta(seconds=self.upload_lifetime_s)
        if await self.uploads.exists(upload_key(version.key)):
            if age < form + START_WITHIN:
                return await self._start(version, moment)
            await self.store.expire_upload(version.key, failure=_failure(ProcessingFailed()))
            return "failed"
        if age < form + QUIET:
            return "waiting"
        reason = UploadMissing("The file was never uploaded. Upload it again.")
        await self.store.expire_upload(version.key, failure=_failure(reason))
        return "failed"

    async def _processing(self, version: OpenVersion, moment: datetime) -> str:
        if version.deadline_at is not None and moment > version.deadline_at:
            return await self._fail(version, ProcessingTimedOut())
        if version.execution_id is not None and await self.executions.is_running(version.execution_id):
            return "running"
        # The execution ended without a word, or went down with its host: the same bytes deserve another try.
        if version.attempt >= MAX_ATTEMPTS:
            return await self._fail(version, ProcessingFailed())
        await self.store.release(version.key, execution_id=version.execution_id)
        return await self._start(version, moment)

    async def _start(self, version: OpenVersion, moment: datetime) -> str:
        # An execution that ended before it could claim has used up its name for 90 days: the time makes it another.
        name = f"{version.key.document_id}-{version.key.version}-{version.attempt + 1}-{moment.timestamp():.0f}"
        await self.executions.start(version.key, name=name)
        return "restarted"

    async def _fail(self, version: OpenVersion, reason: ProcessingFailed) -> str:
        await self.store.fail(version.key, execution_id=version.execution_id or "", failure=_failure(reason))
        return "failed"


def _failure(error: ProcessingFailed | UploadMissing) -> Failure:
    return Failure(stage=None, code=error.code, message=error.message, retryable=error.retryable)
