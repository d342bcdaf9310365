"""The only module that names concrete classes. Builds each on first use, once per Lambda environment."""

import asyncio
from collections.abc import Mapping
from functools import cache, cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from docqa.config import Limits, Secrets, Settings

if TYPE_CHECKING:
    from collections.abc import Sequence

    from docqa.auth.confirmations import SignedConfirmations
    from docqa.auth.invitations import Invitations
    from docqa.auth.tokens import AccessTokens
    from docqa.cache.valkey import ValkeyCache
    from docqa.core.models import ChunkStrategy
    from docqa.core.ports import (
        Analyzer,
        Answerer,
        Chunker,
        Embedder,
        PairScorer,
        PassageContext,
        PassageReader,
        Reranker,
        Retriever,
        TokenCounter,
    )
    from docqa.core.ports.chat import ChatRouter
    from docqa.database.access import PostgresAccess
    from docqa.database.budgets import PostgresBudgets
    from docqa.database.collections import PostgresCollections
    from docqa.database.connection import Database
    from docqa.database.conversations import PostgresConversations
    from docqa.database.documents import PostgresDocuments
    from docqa.database.ingest import PostgresIngest
    from docqa.database.members import PostgresMembers
    from docqa.database.memories import PostgresMemories
    from docqa.database.model_calls import PostgresModelCalls
    from docqa.database.preferences import PostgresPreferences
    from docqa.database.tool_grants import PostgresToolGrants
    from docqa.database.users import PostgresUsers
    from docqa.embeddings.registry import EmbeddingModels
    from docqa.embeddings.remote import InferenceFunction, RemotePairScorer
    from docqa.http.services import Probe
    from docqa.ingestion.chunk import ChunkStage
    from docqa.ingestion.claim import ClaimStage
    from docqa.ingestion.embed import EmbedStage
    from docqa.ingestion.failure import FailureStage
    from docqa.ingestion.indexing import IndexKeeper
    from docqa.ingestion.parse import ParseStage
    from docqa.ingestion.publish import PublishStage
    from docqa.ingestion.recovery import Janitor
    from docqa.ingestion.reindexing import Reindex
    from docqa.ingestion.step_functions import StepFunctions
    from docqa.mcp.servers import McpServers
    from docqa.parsing.sandbox import Sandbox
    from docqa.storage.s3 import S3Bucket


@cache
def container() -> "Container":
    """The container of this environment, from its environment variables."""
    return Container(Settings.from_environment())


class Container:
    """Imports happen in the properties: a function loads only what it touches."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.secrets = Secrets(settings)

    # -- adapters ------------------------------------------------------------------------------------

    @property
    def limits(self) -> Limits:
        return self.secrets.limits

    @cached_property
    def database(self) -> "Database":
        from docqa.database.connection import Database

        return Database(self.secrets.database_url)

    @cached_property
    def cache(self) -> "ValkeyCache":
        from docqa.cache.valkey import ValkeyCache

        return ValkeyCache(lambda: self.secrets.cache_url)

    @cached_property
    def documents(self) -> "PostgresDocuments":
        from docqa.database.documents import PostgresDocuments

        return PostgresDocuments(self.database)

    @cached_property
    def collections(self) -> "PostgresCollections":
        from docqa.database.collections import PostgresCollections

        return PostgresCollections(self.database)

    @cached_property
    def access(self) -> "PostgresAccess":
        from docqa.database.access import PostgresAccess

        return PostgresAccess(self.database)

    @cached_property
    def members(self) -> "PostgresMembers":
        from docqa.database.members import PostgresMembers

        return PostgresMembers(self.database)

    @cached_property
    def ingest_store(self) -> "PostgresIngest":
        from docqa.database.ingest import PostgresIngest

        return PostgresIngest(self.database)

    @cached_property
    def users(self) -> "PostgresUsers":
        from docqa.database.users import PostgresUsers

        return PostgresUsers(self.database)

    @cached_property
    def conversations(self) -> "PostgresConversations":
        from docqa.database.conversations import PostgresConversations

        return PostgresConversations(self.database)

    @cached_property
    def model_calls(self) -> "PostgresModelCalls":
        from docqa.database.model_calls import PostgresModelCalls

        return PostgresModelCalls(self.database)

    @cached_property
    def memories(self) -> "PostgresMemories":
        from docqa.database.memories import PostgresMemories

        return PostgresMemories(self.database)

    @cached_property
    def preferences(self) -> "PostgresPreferences":
        from docqa.database.preferences import PostgresPreferences

        return PostgresPreferences(self.database)

    @cached_property
    def budgets(self) -> "PostgresBudgets":
        from docqa.database.budgets import PostgresBudgets

        return PostgresBudgets(self.database, lambda: self.limits)

    @cached_property
    def tool_grants(self) -> "PostgresToolGrants":
        from docqa.database.tool_grants import PostgresToolGrants

        return PostgresToolGrants(self.database)

    @cached_property
    def tool_servers(self) -> "McpServers":
        from docqa.mcp.servers import McpServers
        from docqa.mcp.specs import listed

        return McpServers(listed(self.settings.tool_servers), lambda: self.secrets.provider_keys)

    @cached_property
    def confirmations(self) -> "SignedConfirmations":
        from docqa.auth.confirmations import SignedConfirmations

        return SignedConfirmations(self.secrets.token_signing_key, self.cache)

    @cached_property
    def uploads(self) -> "S3Bucket":
        from docqa.storage.s3 import S3Bucket

        return S3Bucket(self.settings.require("uploads_bucket"))

    @property
    def upload_objects(self) -> "S3Bucket":
        return self.uploads

    @cached_property
    def artifact_objects(self) -> "S3Bucket":
        from docqa.storage.s3 import S3Bucket

        return S3Bucket(self.settings.require("artifacts_bucket"))

    @cached_property
    def executions(self) -> "StepFunctions":
        from docqa.ingestion.step_functions import StepFunctions

        return StepFunctions(self.settings.require("state_machine_arn"), self.settings.require("uploads_bucket"))

    @cached_property
    def tokens(self) -> "AccessTokens":
        from docqa.auth.tokens import AccessTokens

        return AccessTokens(self.secrets.token_signing_key, self.settings.token_lifetime_s)

    @cached_property
    def invitations(self) -> "Invitations":
        from docqa.auth.invitations import Invitations

        return Invitations(self.secrets.token_signing_key)

    @cached_property
    def _inference(self) -> "InferenceFunction":
        from docqa.embeddings.remote import InferenceFunction

        return InferenceFunction(self.settings.require("inference_function"))

    @cached_property
    def embedding_models(self) -> "EmbeddingModels":
        from docqa.embeddings.registry import EmbeddingModels, listed

        return EmbeddingModels(listed(self.settings.embedding_models), default=self.settings.embedding_model)

    @cached_property
    def embedder(self) -> "Embedder":
        return self.embedder_for(None)

    def embedder_for(self, model: str | None) -> "Embedder":
        """The embedder of a model by name, None for the default one. Raises InvalidSetting for an unknown name."""
        from docqa.embeddings.remote import RemoteEmbedder

        return RemoteEmbedder(self._inference, self.embedding_models.get(model))

    @cached_property
    def _pair_scorer(self) -> "RemotePairScorer":
        from docqa.embeddings.remote import RemotePairScorer

        return RemotePairScorer(self._inference)

    @property
    def scorer(self) -> "PairScorer":
        return self._pair_scorer

    @cached_property
    def rerankers(self) -> "Sequence[Reranker]":
        """In the order in which they are asked: Cohere where there is a key, then the local model."""
        key = self.secrets.provider_keys.get("cohere")
        if key is None:
            return (self._pair_scorer,)
        from docqa.retrieval.cohere_rerank import MODEL, CohereReranker

        model, base_url = self.settings.cohere_model or MODEL, self.settings.cohere_base_url
        return (CohereReranker(key, model=model, base_url=base_url), self._pair_scorer)

    @cached_property
    def analyzer(self) -> "Analyzer":
        from docqa.retrieval.tokenizer import Tokenizer

        return Tokenizer()

    @cached_property
    def token_counter(self) -> "TokenCounter":
        from docqa.embeddings.tokens import ModelTokens

        return ModelTokens(Path(self.settings.models_dir), spec=self.embedding_models.get())

    def chunker_for(self, strategy: "ChunkStrategy") -> "Chunker":
        """The chunker of a strategy; only the semantic one calls the inference function."""
        from docqa.chunking.registry import chunker_for

        return chunker_for(strategy, tokens=self.token_counter, embed=self._embed_passages)

    async def _embed_passages(self, texts: "Sequence[str]") -> list[tuple[float, ...]]:
        return await self.embedder.embed_passages(texts)

    @cached_property
    def sandbox(self) -> "Sandbox":
        from docqa.parsing.sandbox import Sandbox

        sandbox = Sandbox()
        sandbox.start()  # it boots while the file is on its way
        return sandbox

    # -- features ------------------------------------------------------------------------------------

    @cached_property
    def retriever(self) -> "Retriever":
        from docqa.retrieval.rewriting import RewritingRetriever, RuleRewriter

        retriever = self._searching
        if self.settings.cache_secret is not None and self.settings.search_cache_ttl_s:
            retriever = self._cached(retriever)
        return RewritingRetriever(retriever, rewriter=RuleRewriter())

    def _cached(self, inner: "Retriever") -> "Retriever":
        """Around the search: the exact query cache, then the embedding cache, then the semantic one if it is on."""
        from docqa.observability import Counts
        from docqa.retrieval.best_effort import BestEffort
        from docqa.retrieval.cache_keys import CacheKeys
        from docqa.retrieval.caching import CachedRetriever
        from docqa.retrieval.fingerprint import source_digest
        from docqa.retrieval.semantic import SemanticRetriever
        from docqa.retrieval.vectors import VectorRetriever

        cache, counts, ttl_s = BestEffort(self.cache), Counts(), self.settings.search_cache_ttl_s
        code = source_digest("docqa.core.models", "docqa.database", "docqa.embeddings", "docqa.retrieval")
        deciding = {"embedding_model", "embedding_models", "providers_secret", "cohere_model", "cohere_base_url"}
        keys = CacheKeys(versions=[code, self.settings.model_dump_json(include=deciding)])
        if self.settings.semantic_cache is not None:
            threshold = self.settings.semantic_cache
            inner = SemanticRetriever(inner, cache=cache, keys=keys, threshold=threshold, ttl_s=ttl_s, counts=counts)
        inner = VectorRetriever(inner, embedder_for=self.embedder_for, cache=cache, keys=keys, counts=counts)
        return CachedRetriever(inner, cache=cache, keys=keys, ttl_s=ttl_s, counts=counts)

    @cached_property
    def _searching(self) -> "Retriever":
        """The first stage, and around it what a query may ask for: reranking, then distinct, then diverse passages."""
        from docqa.database.search import PostgresSearchIndex
        from docqa.retrieval.context import ContextRetriever
        from docqa.retrieval.deduplication import DeduplicatingRetriever
        from docqa.retrieval.diversity import DiverseRetriever
        from docqa.retrieval.reranking import RerankingRetriever
        from docqa.retrieval.retriever import HybridRetriever

        retriever: Retriever = HybridRetriever(
            index=PostgresSearchIndex(self.database), embedder_for=self.embedder_for, analyzer=self.analyzer
        )
        retriever = RerankingRetriever(
            retriever,
            rerankers=lambda: self.rerankers,
            choices=self.collections,
            budget_s=self.settings.rerank_budget_ms / 1000,
        )
        retriever = DeduplicatingRetriever(retriever)
        retriever = DiverseRetriever(retriever)
        return ContextRetriever(retriever, context=self.passage_context)

    @cached_property
    def passage_context(self) -> "PassageContext":
        from docqa.database.context import PostgresPassageContext

        return PostgresPassageContext(self.database)

    @cached_property
    def passages(self) -> "PassageReader":
        from docqa.database.passage_reading import PostgresPassageReader

        return PostgresPassageReader(self.database)

    @cached_property
    def answerer(self) -> "Answerer":
        from docqa.agent.answerer import GraphAnswerer
        from docqa.agent.langsmith import RunTraces
        from docqa.agent.toolbox import Toolbox

        return GraphAnswerer(
            retriever=self.retriever,
            scorer=self.scorer,
            analyzer=self.analyzer,
            models=self.models,
            conversations=self.conversations,
            memories=self.memories,
            documents=self.documents,
            passages=self.passages,
            toolbox=Toolbox(self.tool_servers, self.tool_grants, self.confirmations),
            calls=self.model_calls,
            traces=RunTraces(self.settings, self.secrets.provider_keys.get("langsmith", "")),
            model=self.embedder.model,
        )

    @cached_property
    def models(self) -> "ChatRouter":
        from docqa.llm.breaker import Breakers
        from docqa.llm.registry import Providers
        from docqa.llm.router import Router
        from docqa.llm.settings import chosen
        from docqa.retrieval.best_effort import BestEffort

        choice = chosen(self.settings)
        return Router(
            chain=choice.chain,
            catalog=choice.catalog,
            providers=Providers(choice.base_urls),
            platform_keys=lambda: choice.usable(self.secrets.provider_keys),
            preferences=self.preferences,
            breakers=Breakers(BestEffort(self.cache)),
            budgets=self.budgets,
            pacing=choice.pacing,
        )

    @cached_property
    def claim_stage(self) -> "ClaimStage":
        from docqa.ingestion.claim import ClaimStage
        from docqa.parsing.sandbox import sandboxed

        return ClaimStage(
            store=self.ingest_store,
            uploads=self.upload_objects,
            artifacts=self.artifact_objects,
            parser_for=sandboxed(self.sandbox),
            check_content=self.sandbox.check,
            max_bytes=self.limits.max_upload_bytes,
            max_pages=self.limits.max_pages,
            deadline_s=self.settings.ingest_deadline_s,
        )

    @cached_property
    def parse_stage(self) -> "ParseStage":
        from docqa.ingestion.parse import ParseStage
        from docqa.parsing.sandbox import sandboxed

        return ParseStage(
            store=self.ingest_store,
            uploads=self.upload_objects,
            artifacts=self.artifact_objects,
            parser_for=sandboxed(self.sandbox),
        )

    @cached_property
    def chunk_stage(self) -> "ChunkStage":
        from docqa.ingestion.chunk import ChunkStage

        return ChunkStage(store=self.ingest_store, artifacts=self.artifact_objects, chunker_for=self.chunker_for)

    @cached_property
    def embed_stage(self) -> "EmbedStage":
        from docqa.ingestion.embed import EmbedStage

        return EmbedStage(
            store=self.ingest_store,
            artifacts=self.artifact_objects,
            embedder_for=self.embedder_for,
            analyzer=self.analyzer,
        )

    @cached_property
    def publish_stage(self) -> "PublishStage":
        from docqa.ingestion.publish import PublishStage

        return PublishStage(store=self.ingest_store, retriever=self.retriever)

    @cached_property
    def failure_stage(self) -> "FailureStage":
        from docqa.ingestion.failure import FailureStage

        return FailureStage(store=self.ingest_store)

    @cached_property
    def janitor(self) -> "Janitor":
        from docqa.ingestion.recovery import Janitor

        return Janitor(
            store=self.ingest_store,
            uploads=self.upload_objects,
            executions=self.executions,
            upload_lifetime_s=self.settings.upload_lifetime_s,
        )

    @cached_property
    def index_keeper(self) -> "IndexKeeper":
        from docqa.database.indexes import VectorIndexes
        from docqa.ingestion.indexing import IndexKeeper
        from docqa.observability import Counts

        return IndexKeeper(store=VectorIndexes(self.database), counts=Counts())

    @cached_property
    def reindex(self) -> "Reindex":
        from docqa.database.indexes import VectorIndexes
        from docqa.database.reindexing import PostgresReindex
        from docqa.ingestion.reindexing import Reindex

        return Reindex(
            store=PostgresReindex(self.database),
            indexes=VectorIndexes(self.database),
            embedder_for=self.embedder_for,
        )

    # -- operations ----------------------------------------------------------------------------------

    async def migrate(self) -> str:
        """Bring the schema to this release; the revision it is at."""
        from docqa.database.migrate import upgrade

        return await asyncio.to_thread(upgrade, self.secrets.database_url)

    @property
    def probes(self) -> "Mapping[str, Probe]":
        """What `ready` asks."""
        return {"database": self.database.ping, "cache": self.cache.ping}
