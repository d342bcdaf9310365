"""`Executions` over Step Functions."""

import asyncio
import json
from collections.abc import Callable
from functools import cached_property
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError

from docqa.core.errors import DependencyUnavailable
from docqa.core.ids import upload_key
from docqa.core.models import VersionKey

if TYPE_CHECKING:
    from types_boto3_stepfunctions import SFNClient


class StepFunctions:
    """Starts executions with the same input that the upload event gives."""

    def __init__(self, state_machine_arn: str, uploads_bucket: str) -> None:
        self._arn = state_machine_arn
        self._bucket = uploads_bucket

    @cached_property
    def _client(self) -> "SFNClient":
        import boto3

        client: SFNClient = boto3.client("stepfunctions")
        return client

    async def start(self, key: VersionKey, *, name: str) -> None:
        payload = {"bucket": self._bucket, "key": upload_key(key), "size": 0, "event_id": name}
        await self._call(
            self._client.start_execution,
            ignore="ExecutionAlreadyExists",
            stateMachineArn=self._arn,
            name=name,
            input=json.dumps(payload),
        )

    async def is_running(self, execution_id: str) -> bool:
        answer = await self._call(
            self._client.describe_execution, ignore="ExecutionDoesNotExist", executionArn=execution_id
        )
        return answer is not None and answer["status"] == "RUNNING"

    async def _call(self, function: Callable[..., Any], *, ignore: str, **kwargs: Any) -> Any:
        try:
            return await asyncio.to_thread(function, **kwargs)
        except ClientError as error:
            if error.response.get("Error", {}).get("Code") == ignore:
                return None
            raise DependencyUnavailable("The workflow service refused a request.") from error
        except BotoCoreError as error:
            raise DependencyUnavailable("The workflow service does not answer.") from error
