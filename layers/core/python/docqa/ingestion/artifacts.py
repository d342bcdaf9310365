"""Stage outputs in the object store, addressed by content hash and the versions of the code that made them."""

from collections.abc import Sequence

from pydantic import TypeAdapter

from docqa.core.errors import ProcessingFailed, UploadMissing
from docqa.core.ids import artifact_key
from docqa.core.models import Batch, Chunk, DocumentPlan, Job, PageRange, ParsedRange
from docqa.core.ports import ObjectStore

CHUNKS = TypeAdapter(tuple[Chunk, ...])


class Artifacts:
    """Reads and writes the artifacts of one job.

    Reading raises ProcessingFailed for one that is gone, as when another document with the same bytes was deleted
    meanwhile: a retry writes it again.
    """

    def __init__(self, store: ObjectStore, job: Job) -> None:
        self._store = store
        self._job = job

    async def put_plan(self, plan: DocumentPlan) -> None:
        await self._store.put_json(self._key("plan"), plan.model_dump_json().encode())

    async def plan(self) -> DocumentPlan:
        return DocumentPlan.model_validate_json(await self._get(self._key("plan")))

    async def has_range(self, pages: PageRange) -> bool:
        return await self._store.exists(self._range_key(pages))

    async def put_range(self, pages: PageRange, parsed: ParsedRange) -> None:
        await self._store.put_json(self._range_key(pages), parsed.model_dump_json(exclude_defaults=True).encode())

    async def range(self, pages: PageRange) -> ParsedRange:
        return ParsedRange.model_validate_json(await self._get(self._range_key(pages)))

    async def put_batch(self, chunker_version: str, index: int, chunks: Sequence[Chunk]) -> Batch:
        """Addressed by the options as well: two versions of the same bytes may be cut in different ways."""
        key = self._key("chunks", chunker_version, self._job.options.model_dump_json(), str(index))
        await self._store.put_json(key, CHUNKS.dump_json(tuple(chunks), exclude_defaults=True))
        return Batch(index=index, key=key)

    async def batch(self, batch: Batch) -> tuple[Chunk, ...]:
        return CHUNKS.validate_json(await self._get(batch.key))

    async def _get(self, key: str) -> bytes:
        try:
            return await self._store.get(key)
        except UploadMissing as error:
            raise ProcessingFailed("An intermediate result is gone. A retry makes it again.") from error

    def _range_key(self, pages: PageRange) -> str:
        return self._key("pages", f"{pages.first}-{pages.last}")

    def _key(self, stage: str, *unit: str) -> str:
        job = self._job
        return artifact_key(job.key.tenant_id, job.content_sha256, stage, job.parser_version, *unit)
