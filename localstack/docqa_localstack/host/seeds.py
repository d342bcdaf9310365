"""What must be in LocalStack before the stack is deployed: the bucket for its assets and the secrets it imports."""

import json
import os
from collections.abc import Mapping
from typing import Any

import boto3
from botocore.config import Config

from docqa_localstack.host.credentials import Credentials
from docqa_localstack.host.endpoints import Endpoints
from docqa_localstack.host.services.localstack import REGION

PROVIDER_KEYS = {
    "groq": "GROQ_API_KEY",
    "openai": "OPENAI_API_KEY",
    "anthropic": "ANTHROPIC_API_KEY",
    "cohere": "COHERE_API_KEY",
    "bedrock": "BEDROCK_API_KEY",
    "openai-compatible": "DOCQA_COMPATIBLE_API_KEY",
    "langsmith": "LANGSMITH_API_KEY",
}
TOOL_KEY = "DOCQA_TOOL_KEY_"
"""What follows is the name of a tool server, in capitals and with underscores."""

ASSET_BUCKET = "docqa-assets-local"


def client(service: str, endpoint: str, *, patience_s: int = 60) -> Any:
    """A boto3 client of LocalStack, whatever credentials and proxies the caller's environment names."""
    return boto3.client(
        service,  # type: ignore[call-overload,unused-ignore]
        region_name=REGION,
        aws_access_key_id="test",
        aws_secret_access_key="test",  # noqa: S106 (LocalStack takes any)
        endpoint_url=endpoint,
        config=Config(
            proxies={}, read_timeout=patience_s, retries={"total_max_attempts": 3}, s3={"addressing_style": "path"}
        ),
    )


def secrets(endpoints: Endpoints, credentials: Credentials) -> dict[str, dict[str, str]]:
    """The secrets by name, as the functions read them. Keys of others are the caller's environment's, if any."""
    return {
        "docqa/database": {"url": endpoints.database_url},
        "docqa/cache": {"url": endpoints.cache_url},
        "docqa/providers": _provider_keys() | _tool_keys(),
        "docqa/tokens": {"signing_key": credentials.token_signing_key},
    }


def _provider_keys() -> dict[str, str]:
    return {name: os.environ.get(variable, "") for name, variable in PROVIDER_KEYS.items()}


def _tool_keys() -> dict[str, str]:
    given = {name.removeprefix(TOOL_KEY): key for name, key in os.environ.items() if name.startswith(TOOL_KEY)}
    return {f"tool.{name.lower().replace('_', '-')}": key for name, key in sorted(given.items())}


def plant(endpoints: Endpoints, credentials: Credentials) -> None:
    """Create or update all of them. May be called again. Raises botocore's ClientError."""
    s3 = client("s3", endpoints.aws_url)
    if ASSET_BUCKET not in {bucket["Name"] for bucket in s3.list_buckets()["Buckets"]}:
        s3.create_bucket(Bucket=ASSET_BUCKET)
    manager = client("secretsmanager", endpoints.aws_url)
    for name, value in secrets(endpoints, credentials).items():
        _put(manager, name, value)


def _put(manager: Any, name: str, value: Mapping[str, str]) -> None:
    text = json.dumps(value)
    try:
        manager.create_secret(Name=name, SecretString=text)
    except manager.exceptions.ResourceExistsException:
        if manager.get_secret_value(SecretId=name)["SecretString"] != text:
            manager.put_secret_value(SecretId=name, SecretString=text)
