"""The uploaded file on this environment's disk: fetched once, then read range by range."""

import shutil
import tempfile
from pathlib import Path

from docqa.core.errors import UploadMissing
from docqa.core.ids import upload_key
from docqa.core.models import Job
from docqa.core.ports import ObjectStore
from docqa.ingestion.claim import file_sha256


class Originals:
    """Keeps the file of the last job, since an environment is often given many ranges of one document."""

    def __init__(self, uploads: ObjectStore) -> None:
        self._uploads = uploads
        self._folder: Path | None = None
        self._sha256: str | None = None

    async def path(self, job: Job) -> Path:
        """The file that was claimed. Raises UploadMissing when other bytes lie there now."""
        if self._folder is not None and self._sha256 == job.content_sha256 and self._file(job).is_file():
            return self._file(job)
        self.clear()
        self._folder = Path(tempfile.mkdtemp(prefix="docqa-original-"))
        path = self._file(job)
        await self._uploads.download(upload_key(job.key), path)
        if file_sha256(path) != job.content_sha256:
            self.clear()
            raise UploadMissing("The file was replaced while it was being read. Upload it again.")
        self._sha256 = job.content_sha256
        return path

    def clear(self) -> None:
        """Remove what is kept."""
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)
        self._folder = self._sha256 = None

    def _file(self, job: Job) -> Path:
        assert self._folder is not None
        return self._folder / f"upload.{job.format.value}"
