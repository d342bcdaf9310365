"""Handler of the inference function; `docqa.embeddings.wire` describes what it takes and gives."""

import functools
import json
import os
import time
from pathlib import Path
from typing import Any

from docqa.embeddings.service import InferenceService


@functools.cache
def service() -> InferenceService:
    """Made once per Lambda environment. `DOCQA_INFERENCE_THREADS` 0 or unset: as many as there are CPUs."""
    threads = int(os.environ.get("DOCQA_INFERENCE_THREADS") or 0)
    models = Path(os.environ.get("DOCQA_MODELS_DIR", "/opt/models"))
    return InferenceService(models, threads=threads or None, default=os.environ.get("DOCQA_EMBEDDING_MODEL", ""))


def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    started = time.perf_counter()
    response = service().answer(event)
    fields = {
        "message": "inference_done",
        "operation": event["operation"],
        "model": response["model"],
        "texts": len(event.get("texts") or event.get("passages") or ()),
        "duration_ms": round((time.perf_counter() - started) * 1000, 1),
        "request_id": getattr(context, "aws_request_id", None),
    }
    print(json.dumps(fields))  # noqa: T201 a Lambda's log; the function carries no logging library
    return response
