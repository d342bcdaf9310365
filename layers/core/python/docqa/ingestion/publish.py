"""Last stage: the new version becomes visible in one transaction, and is ready once a search has found it."""

from docqa.core.errors import NotSearchable
from docqa.core.models import Job, SearchQuery, Stage
from docqa.core.ports import IngestStore, Retriever

PROBE_CHARACTERS = 300


class PublishStage:
    """*Ready* means searchable: the probe goes the same way as a user's search."""

    def __init__(self, *, store: IngestStore, retriever: Retriever) -> None:
        self._store = store
        self._retriever = retriever

    async def run(self, job: Job) -> None:
        """Raises ProcessingFailed when rows are missing, NotSearchable when the probe does not find the document."""
        await self._store.stage_started(job.key, Stage.PUBLISH, total=1)
        await self._store.publish(job.key)
        await self._probe(job)
        await self._store.unit_done(job.key, Stage.PUBLISH, unit=0)
        await self._store.mark_ready(job.key)

    async def _probe(self, job: Job) -> None:
        text = await self._store.sample_text(job.key)
        hits = await self._retriever.search(
            SearchQuery(
                tenant_id=job.key.tenant_id,
                query=text[:PROBE_CHARACTERS],
                top_k=1,
                document_ids=(job.key.document_id,),
                embedding_model=await self._store.embedding_model(job.key.tenant_id),
            )
        )
        if not any(hit.version == job.key.version for hit in hits):
            raise NotSearchable()
