"""First stage: claim the version for this execution, look at the bytes, plan the page ranges."""

import hashlib
import tempfile
from collections.abc import Callable
from pathlib import Path

from docqa.core.errors import FileEmpty, FileTooLarge
from docqa.core.ids import parse_upload_key
from docqa.core.models import Claim, Format, Job, Model, PageRange, Stage, VersionKey
from docqa.core.ports import IngestStore, ObjectStore, Parser
from docqa.ingestion.artifacts import Artifacts


class Claimed(Model):
    """Input of the rest of the state machine; `claimed` False ends the execution at once."""

    claimed: bool
    job: Job | None = None
    ranges: tuple[PageRange, ...] = ()


class ClaimStage:
    """Runs once per execution; a second delivery of the same upload event claims nothing."""

    def __init__(
        self,
        *,
        store: IngestStore,
        uploads: ObjectStore,
        artifacts: ObjectStore,
        parser_for: Callable[[Format], Parser],
        check_content: Callable[[Path, Format], None],
        max_bytes: int,
        max_pages: int,
        deadline_s: int,
    ) -> None:
        self._store = store
        self._uploads = uploads
        self._artifacts = artifacts
        self._parser_for = parser_for
        self._check_content = check_content
        self._max_bytes = max_bytes
        self._max_pages = max_pages
        self._deadline_s = deadline_s

    async def run(self, object_key: str, execution_id: str) -> Claimed:
        """Raises DocumentRejected and UploadRejected errors for files that cannot be read, UploadMissing."""
        key = parse_upload_key(object_key)
        claim = await self._store.claim(key, execution_id=execution_id, deadline_s=self._deadline_s)
        if claim is None:
            return Claimed(claimed=False)
        await self._store.stage_started(key, Stage.CLAIM, total=1)
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / f"upload.{claim.format.value}"
            size = await self._uploads.download(object_key, path)
            claimed = await self._inspect(path, size, key, execution_id, claim)
        await self._store.unit_done(key, Stage.CLAIM, unit=0)
        return claimed

    async def _inspect(self, path: Path, size: int, key: VersionKey, execution_id: str, claim: Claim) -> Claimed:
        if size == 0:
            raise FileEmpty()
        if size > self._max_bytes:
            raise FileTooLarge(f"The file has {size:,} bytes; {self._max_bytes:,} are allowed.")
        self._check_content(path, claim.format)
        parser = self._parser_for(claim.format)
        plan = parser.plan(path, max_pages=self._max_pages)
        job = Job(
            key=key,
            execution_id=execution_id,
            attempt=claim.attempt,
            format=claim.format,
            content_sha256=file_sha256(path),
            parser_version=parser.version,
            page_count=plan.page_count,
            options=claim.options,
        )
        await Artifacts(self._artifacts, job).put_plan(plan)
        await self._store.describe(job, size_bytes=size)
        await self._store.stage_started(key, Stage.PARSE, total=len(plan.ranges))
        return Claimed(claimed=True, job=job, ranges=plan.ranges)


def file_sha256(path: Path) -> str:
    """Hex digest, read in blocks."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
