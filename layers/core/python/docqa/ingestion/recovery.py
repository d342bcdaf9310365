"""The janitor: a document never gets stuck. What lost its execution starts again, what outlived its deadline fails."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from docqa.core.errors import ProcessingFailed, ProcessingTimedOut, UploadMissing
from docqa.core.ids import upload_key
from docqa.core.models import Failure, Model, OpenVersion, Status
from docqa.core.ports import Executions, IngestStore, ObjectStore

MAX_ATTEMPTS = 3
QUIET = timedelta(seconds=20)
"""A version younger than this is left alone: its event or execution may still be on its way."""


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
        """Raises DependencyUnavailable; the next run carries on."""
        moment = now or datetime.now(UTC)
        restarted = failed = 0
        for version in await self.store.open_versions():
            if moment - version.changed_at < QUIET:
                continue
            outcome = await (
                self._awaiting(version, moment)
                if version.status == Status.AWAITING_UPLOAD
                else self._processing(version, moment)
            )
            restarted += outcome == "restarted"
            failed += outcome == "failed"
        return Sweep(restarted=restarted, failed=failed)

    async def _awaiting(self, version: OpenVersion, moment: datetime) -> str:
        """The upload's event was lost (start it now), or the upload never came (fail it once the form has expired)."""
        if await self.uploads.exists(upload_key(version.key)):
            return await self._start(version)
        if moment - version.changed_at < timedelta(seconds=self.upload_lifetime_s) + QUIET:
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
        return await self._start(version)

    async def _start(self, version: OpenVersion) -> str:
        name = f"{version.key.document_id}-{version.key.version}-{version.attempt + 1}"
        await self.executions.start(version.key, name=name)
        return "restarted"

    async def _fail(self, version: OpenVersion, reason: ProcessingFailed) -> str:
        await self.store.fail(version.key, execution_id=version.execution_id or "", failure=_failure(reason))
        return "failed"


def _failure(error: ProcessingFailed | UploadMissing) -> Failure:
    return Failure(stage=None, code=error.code, message=error.message, retryable=error.retryable)
