"""The two targets. Every difference between a laptop and AWS is a field of `Target`, decided here and nowhere else."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from infra_cdk.packaging.builder import LAMBDA_X86_64, Platform, host_platform

REPOSITORY = Path(__file__).resolve().parent.parent
BUILD_CACHE = REPOSITORY / ".docqa" / "build" / "layers"
ASSEMBLY = REPOSITORY / ".docqa" / "build" / "assembly"
STACK_NAME = "docqa"
LOCAL_ASSETS_BUCKET = "docqa-assets-local"
LOCAL_ACCOUNT = "000000000000"
LOCAL_REGION = "us-east-1"
LOCAL_ORIGINS = ("http://127.0.0.1:5173", "http://localhost:5173")
AWS_PYTHON = "3.13"
SUPPORTED_PYTHONS = ("3.11", "3.12", "3.13")


SEARCH_SETTINGS = (
    "DOCQA_SEARCH_CACHE_TTL_S",
    "DOCQA_SEMANTIC_CACHE",
    "DOCQA_RERANK_BUDGET_MS",
    "DOCQA_COHERE_MODEL",
    "DOCQA_COHERE_BASE_URL",
    "DOCQA_LLM_CHAIN",
    "DOCQA_LLM_MODELS",
    "DOCQA_LLM_BASE_URLS",
    "DOCQA_LLM_FIRST_TOKEN_S",
    "DOCQA_LLM_RETRIES",
    "DOCQA_LLM_HEDGE_S",
    "DOCQA_COMPATIBLE_URL",
    "DOCQA_COMPATIBLE_MODEL",
    "DOCQA_COMPATIBLE_CONTEXT",
    "DOCQA_LANGSMITH",
    "DOCQA_LANGSMITH_URL",
    "DOCQA_TOOL_SERVERS",
)
"""Of `docqa.config.Settings`: what the environment of a deploy says goes on to the functions."""


class ConfigurationError(Exception):
    """The environment asks for something that there is not; the message says what to set."""


def host_python() -> str:
    """Minor version of this interpreter, such as `3.11`."""
    return f"{sys.version_info.major}.{sys.version_info.minor}"


@dataclass(frozen=True, kw_only=True)
class Target:
    """Where the stack goes and what differs there.

    account, region: None means "whichever the credentials name": the template then uses pseudo parameters.
    python, platform: of the functions. stage: of the REST API.
    custom_ids: give the API and the function URL fixed ids (LocalStack reads them from tags).
    creates_secrets: False where the host has put the secrets there before the deploy.
    keeps_data: buckets and secrets outlive the stack.
    embedding_model: name of the model that embeds, empty for the default one. embedding_models: JSON list of the models
    that were exported here, which the functions are told of. search_settings: variables of SEARCH_SETTINGS and their
    values, for the functions that search.
    """

    name: Literal["local", "aws"]
    stage: str
    account: str | None
    region: str | None
    python: str
    platform: Platform
    allowed_origins: tuple[str, ...]
    assets_bucket: str | None
    custom_ids: bool
    creates_secrets: bool
    keeps_data: bool
    tracing: bool
    access_logs: bool
    caps_environments: bool
    log_retention_days: int
    parse_concurrency: int
    embed_concurrency: int
    janitor_minutes: int
    index_minutes: int
    embedding_model: str = ""
    embedding_models: str = ""
    search_settings: tuple[tuple[str, str], ...] = ()


def local(*, python: str | None = None, allowed_origins: tuple[str, ...] = LOCAL_ORIGINS) -> Target:
    """LocalStack on this machine: functions are its processes, on its platform and this interpreter's version."""
    return Target(
        name="local",
        stage="local",
        account=LOCAL_ACCOUNT,
        region=LOCAL_REGION,
        python=python or host_python(),
        platform=host_platform(),
        allowed_origins=allowed_origins,
        assets_bucket=LOCAL_ASSETS_BUCKET,
        custom_ids=True,
        creates_secrets=False,
        keeps_data=True,
        tracing=False,
        access_logs=False,
        caps_environments=True,
        log_retention_days=7,
        parse_concurrency=2,
        embed_concurrency=2,
        janitor_minutes=1,
        index_minutes=10,
    )


def aws(*, allowed_origins: tuple[str, ...], account: str | None = None, region: str | None = None) -> Target:
    """A real account."""
    return Target(
        name="aws",
        stage="v1",
        account=account,
        region=region,
        python=AWS_PYTHON,
        platform=LAMBDA_X86_64,
        allowed_origins=allowed_origins,
        assets_bucket=None,
        custom_ids=False,
        creates_secrets=True,
        keeps_data=True,
        tracing=True,
        access_logs=True,
        caps_environments=False,
        log_retention_days=30,
        parse_concurrency=10,
        embed_concurrency=5,
        janitor_minutes=5,
        index_minutes=15,
    )


def from_environment(environment: Mapping[str, str] | None = None) -> Target:
    """The target that the environment names.

    DOCQA_TARGET: `local` (default) or `aws`. DOCQA_PYTHON: minor version of the functions, local only.
    DOCQA_ORIGINS: comma-separated origins of the web page. CDK_DEFAULT_ACCOUNT, CDK_DEFAULT_REGION: aws only. Those of
    SEARCH_SETTINGS are passed on. Raises ConfigurationError.
    """
    env = os.environ if environment is None else environment
    settings = tuple((name, env[name]) for name in SEARCH_SETTINGS if env.get(name))
    return replace(_named(env), search_settings=settings)


def _named(env: Mapping[str, str]) -> Target:
    origins = tuple(origin.strip() for origin in env.get("DOCQA_ORIGINS", "").split(",") if origin.strip())
    match env.get("DOCQA_TARGET", "local"):
        case "local":
            python = env.get("DOCQA_PYTHON") or host_python()
            if python not in SUPPORTED_PYTHONS:
                raise ConfigurationError(f"DOCQA_PYTHON is {python!r}: use one of {', '.join(SUPPORTED_PYTHONS)}")
            return local(python=python, allowed_origins=origins or LOCAL_ORIGINS)
        case "aws":
            return aws(
                allowed_origins=origins or LOCAL_ORIGINS,
                account=env.get("CDK_DEFAULT_ACCOUNT"),
                region=env.get("CDK_DEFAULT_REGION"),
            )
        case other:
            raise ConfigurationError(f"DOCQA_TARGET is {other!r}: use local or aws")
