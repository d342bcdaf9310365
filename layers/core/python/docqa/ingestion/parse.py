"""Second stage, once per page range and in parallel: bytes → blocks."""

import tempfile
from collections.abc import Callable
from pathlib import Path

from docqa.core.errors import UploadMissing
from docqa.core.ids import upload_key
from docqa.core.models import Format, Job, PageRange, Stage
from docqa.core.ports import IngestStore, ObjectStore, Parser
from docqa.ingestion.artifacts import Artifacts
from docqa.ingestion.claim import file_sha256


class ParseStage:
    """Passes over a range whose artifact is there already."""

    def __init__(
        self,
        *,
        store: IngestStore,
        uploads: ObjectStore,
        artifacts: ObjectStore,
        parser_for: Callable[[Format], Parser],
    ) -> None:
        self._store = store
        self._uploads = uploads
        self._artifacts = artifacts
        self._parser_for = parser_for

    async def run(self, job: Job, pages: PageRange) -> None:
        """Raises CorruptFile, UnsafeFile, UploadMissing."""
        artifacts = Artifacts(self._artifacts, job)
        if not await artifacts.has_range(pages):
            with tempfile.TemporaryDirectory() as folder:
                path = Path(folder) / f"upload.{job.format.value}"
                await self._uploads.download(upload_key(job.key), path)
                if file_sha256(path) != job.content_sha256:
                    raise UploadMissing("The file was replaced while it was being read. Upload it again.")
                await artifacts.put_range(pages, self._parser_for(job.format).parse(path, pages))
        await self._store.unit_done(job.key, Stage.PARSE, unit=pages.index)
