"""Second stage, once per page range and in parallel: bytes → blocks."""

from collections.abc import Callable

from docqa.core.models import Format, Job, PageRange, Stage
from docqa.core.ports import IngestStore, ObjectStore, Parser
from docqa.ingestion.artifacts import Artifacts
from docqa.ingestion.originals import Originals


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
        self._originals = Originals(uploads)
        self._artifacts = artifacts
        self._parser_for = parser_for

    async def run(self, job: Job, pages: PageRange) -> None:
        """Raises CorruptFile, TooComplex, UnsafeFile, UploadMissing."""
        artifacts = Artifacts(self._artifacts, job)
        if not await artifacts.has_range(pages):
            path = await self._originals.path(job)
            await artifacts.put_range(pages, self._parser_for(job.format).parse(path, pages))
        await self._store.unit_done(job.key, Stage.PARSE, unit=pages.index)
