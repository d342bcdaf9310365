"""What the parts expect of each other. Implementations live on the floors above and are named only in `bootstrap`."""

from docqa.core.ports.accounts import (
    AccessStore,
    MemberStore,
    UserStore,
)
from docqa.core.ports.documents import (
    CollectionStore,
    ConversationStore,
    DocumentStore,
    MemoryStore,
)
from docqa.core.ports.inference import (
    Analyzer,
    Embed,
    Embedder,
    PairScorer,
    Reranker,
)
from docqa.core.ports.ingestion import (
    Executions,
    IndexStore,
    IngestStore,
    ReindexStore,
)
from docqa.core.ports.reading import (
    Chunker,
    Parser,
    TokenCounter,
)
from docqa.core.ports.searching import (
    Answerer,
    PassageContext,
    PassageReader,
    RerankChoices,
    Retriever,
    Rewriter,
    SearchIndex,
)
from docqa.core.ports.storage import (
    Cache,
    ObjectStore,
    UploadStore,
)

__all__ = [
    "AccessStore",
    "Analyzer",
    "Answerer",
    "Cache",
    "Chunker",
    "CollectionStore",
    "ConversationStore",
    "DocumentStore",
    "Embed",
    "Embedder",
    "Executions",
    "IndexStore",
    "IngestStore",
    "MemberStore",
    "MemoryStore",
    "ObjectStore",
    "PairScorer",
    "Parser",
    "PassageContext",
    "PassageReader",
    "ReindexStore",
    "RerankChoices",
    "Reranker",
    "Retriever",
    "Rewriter",
    "SearchIndex",
    "TokenCounter",
    "UploadStore",
    "UserStore",
]
