"""Search without an answer."""

import time

from fastapi import APIRouter
from fastapi.responses import JSONResponse

from docqa.core.models import SearchQuery
from docqa.core.trace import traced
from docqa.http.dependencies import CurrentUser, ServicesNeeded
from docqa.http.schemas import SearchRequest, SearchResult
from docqa.http.scope import scope_of

router = APIRouter(tags=["search"])


@router.post("/search", response_model=SearchResult)
async def search(body: SearchRequest, user: CurrentUser, services: ServicesNeeded) -> JSONResponse:
    """Passages that fit the query, best first, of what the user may read."""
    start = time.perf_counter()
    scope = await scope_of(body, user, services)
    query = SearchQuery(
        tenant_id=user.tenant_id,
        query=body.query,
        top_k=body.top_k,
        mode=body.mode,
        document_ids=scope.document_ids,
        collection_ids=scope.collection_ids,
        filters=body.filters,
        rewrite=body.rewrite,
        rerank=body.rerank,
        deduplicate=body.deduplicate,
        diversity=body.diversity,
        window=body.window,
        parents=body.parents,
        epoch=scope.epoch if body.cache else None,
        embedding_model=scope.embedding_model,
    )
    with traced() as trace:
        hits = await services.retriever.search(query)
    if "spans" not in body.include:  # a dozen a hit, more than all the rest of the answer
        hits = [hit.model_copy(update={"spans": ()}) for hit in hits]
    total = round((time.perf_counter() - start) * 1000, 1)
    result = SearchResult(
        hits=hits,
        timings_ms={**trace.timings_ms, "total": total},
        reranking=trace.reranking,
        notes=trace.notes,
    )
    untold = {name for name in ("reranking", "notes") if not getattr(result, name)}
    return JSONResponse(result.model_dump(mode="json", exclude=untold))
