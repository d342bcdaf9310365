"""The environment, read once into one typed, frozen `Settings`; secrets and parameters, fetched once on first use.

Nothing here runs at import. A missing or wrong value raises InvalidSetting with a sentence that says which one.
"""

import json
import os
from collections.abc import Mapping
from functools import cached_property
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from docqa.core.errors import DependencyUnavailable, InvalidSetting

PREFIX = "DOCQA_"


class Limits(BaseModel):
    """What one upload may be, and what answers may cost; JSON in an SSM parameter, to change without a deploy."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    max_upload_bytes: int = Field(default=100 * 1024 * 1024, gt=0)
    max_pages: int = Field(default=2_000, gt=0)
    # US dollars of the platform's for language models; keys of one's own do not count
    user_usd_a_day: float = Field(default=1.0, ge=0)
    user_usd_a_month: float = Field(default=10.0, ge=0)
    tenant_usd_a_day: float = Field(default=10.0, ge=0)
    tenant_usd_a_month: float = Field(default=100.0, ge=0)


class Settings(BaseModel):
    """Environment of one function. Fields are optional because no function gets more than it needs."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    stage: Literal["local", "aws"] = "local"
    database_secret: str | None = None
    cache_secret: str | None = None
    providers_secret: str | None = None
    cohere_base_url: str | None = None
    cohere_model: str | None = None
    # Twenty passages take the local model 0.55 s on two busy cores; of Cohere six tenths of it are waited for.
    rerank_budget_ms: int = Field(default=1_000, gt=0)
    tokens_secret: str | None = None
    limits_parameter: str | None = None
    uploads_bucket: str | None = None
    artifacts_bucket: str | None = None
    inference_function: str | None = None
    state_machine_arn: str | None = None
    models_dir: str = "/opt/models"
    embedding_model: str = ""
    """Name of the model that embeds; empty is the default one of the catalog."""
    embedding_models: str = ""
    """JSON list of the models that are not in the catalog (`docqa.embeddings.registry`)."""
    cors_origins: tuple[str, ...] = ()
    token_lifetime_s: int = Field(default=3_600, gt=0)
    upload_lifetime_s: int = Field(default=900, gt=0)
    ingest_deadline_s: int = Field(default=1_800, gt=0)
    llm_chain: str = ""
    """Which providers are asked, in order (`docqa.llm.chain`); empty is the default order."""
    llm_models: str = ""
    """JSON list of models that are not in the table (`docqa.llm.catalog`)."""
    llm_base_urls: str = ""
    """JSON object: provider → where it is, if not at its usual address."""
    llm_first_token_s: float = Field(default=15.0, gt=0)
    llm_retries: int = Field(default=1, ge=0, le=5)
    llm_hedge_s: float | None = Field(default=None, gt=0)  # absent: one provider at a time
    langsmith: Literal["off", "runs", "content"] = "off"
    """What LangSmith gets to know of an answer: nothing, which nodes ran, or what was said, too."""
    langsmith_url: str | None = None
    compatible_url: str | None = None
    """Base URL of a server that speaks OpenAI's chat completions, with its `/v1`."""
    compatible_model: str = "default"
    compatible_context: int = Field(default=8_192, gt=1_024)  # tokens
    tool_servers: str = ""
    """JSON list of the MCP servers whose tools may be allowed (`docqa.mcp.specs`)."""
    search_cache_ttl_s: int = Field(default=600, ge=0)  # 0: nothing of a search is cached
    semantic_cache: float | None = Field(default=None, ge=0.9, le=1)  # cosine; absent: only the same text is the same

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] | None = None) -> "Settings":
        """Read `DOCQA_*` variables; empty ones count as absent. Raises InvalidSetting."""
        source = os.environ if environment is None else environment
        given: dict[str, Any] = {
            name.removeprefix(PREFIX).lower(): value
            for name, value in source.items()
            if name.startswith(PREFIX) and value
        }
        if "cors_origins" in given:
            given["cors_origins"] = tuple(
                origin.strip() for origin in given["cors_origins"].split(",") if origin.strip()
            )
        try:
            return cls.model_validate(given)
        except ValidationError as error:
            wrong = "; ".join(f"{PREFIX}{str(e['loc'][0]).upper()}: {e['msg']}" for e in error.errors())
            raise InvalidSetting(f"The environment of this function is wrong: {wrong}") from error

    def require(self, field: str) -> str:
        """The value of an optional text field. Raises InvalidSetting when it is absent."""
        value = getattr(self, field)
        if not isinstance(value, str) or not value:
            raise InvalidSetting(f"{PREFIX}{field.upper()} is not set for this function")
        return value


class Secrets:
    """Secrets Manager and Parameter Store values, each fetched once per Lambda environment."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    @cached_property
    def database_url(self) -> str:
        return self._field("database_secret", "url")

    @cached_property
    def cache_url(self) -> str:
        return self._field("cache_secret", "url")

    @cached_property
    def provider_keys(self) -> Mapping[str, str]:
        """Provider → the platform's API key, of those that somebody has given one."""
        if not self._settings.providers_secret:
            return {}
        keys = self._object("providers_secret")
        return {name: key.strip() for name, key in keys.items() if isinstance(key, str) and key.strip()}

    @cached_property
    def token_signing_key(self) -> str:
        return self._field("tokens_secret", "signing_key")

    @cached_property
    def limits(self) -> Limits:
        import boto3
        from botocore.exceptions import BotoCoreError, ClientError

        name = self._settings.require("limits_parameter")
        try:
            text = boto3.client("ssm").get_parameter(Name=name)["Parameter"]["Value"]
        except (BotoCoreError, ClientError) as error:
            raise DependencyUnavailable("The parameter store does not answer.") from error
        try:
            return Limits.model_validate_json(text)
        except ValidationError as error:
            raise InvalidSetting(f"The parameter {name} is not valid: {error}") from error

    def _field(self, setting: str, field: str) -> str:
        value = self._object(setting).get(field)
        if value is None:
            raise InvalidSetting(f"The secret {self._settings.require(setting)} has no field {field!r}")
        return str(value)

    def _object(self, setting: str) -> dict[str, Any]:
        import boto3
        from botocore.exceptions import BotoCoreError, ClientError

        name = self._settings.require(setting)
        try:
            text = boto3.client("secretsmanager").get_secret_value(SecretId=name)["SecretString"]
        except (BotoCoreError, ClientError) as error:
            raise DependencyUnavailable("The secret store does not answer.") from error
        try:
            found = json.loads(text)
        except ValueError:
            found = None
        if not isinstance(found, dict):  # the text itself stays out of the message: it is a secret
            raise InvalidSetting(f"The secret {name} is not a JSON object")
        return found
