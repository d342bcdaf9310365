"""What an operator does to a whole stack: needs the right to call its functions, not an account."""

import json as jsonlib
import os
from typing import Annotated, Any

import typer

from docqa_cli import show
from docqa_cli.commands.collections import Json
from docqa_cli.errors import CliError
from docqa_localstack.host import credentials, state
from docqa_localstack.host.endpoints import Endpoints
from docqa_localstack.host.paths import StackPaths

REINDEX = "docqa-reindex"
RUN_S = 40
"""Of one call's embedding: progress is shown after each."""

PATIENCE_S = 930
"""A large tenant's index may be built before its switch: as long as the function has, and a little more."""


def reindex(
    model: Annotated[str, typer.Argument(help="Name of an embedding model of the registry.")], json: Json = False
) -> None:
    """Give everything that is stored vectors of another embedding model. Searches go on with the old ones meanwhile."""
    client, embedded, switched = _functions(), 0, 0
    while True:
        done = _call(client, {"model": model, "seconds": RUN_S})
        embedded, switched = embedded + done["embedded"], switched + done["switched"]
        if not json:
            show.line(
                f"{embedded:,} passages embedded; {switched} tenants search with {model}, {done['remaining']} to go"
            )
        if not done["remaining"]:
            break
        if not done["embedded"] and not done["switched"]:
            raise CliError(
                "The last tenants cannot be switched now: new passages keep coming.", hint="Try again later."
            )
    if json:
        show.print_json({"model": model, "embedded": embedded, "switched": switched})


def _functions() -> Any:
    """A Lambda client: the local stack's, or that of the environment's AWS account when another stack is addressed."""
    if os.environ.get("DOCQA_API_URL"):
        import boto3
        from botocore.config import Config

        return boto3.client("lambda", config=Config(read_timeout=PATIENCE_S))
    from docqa_localstack.host import seeds

    stack = StackPaths.current()
    secrets = credentials.read(stack)
    ports = {name: record.port for name, record in state.load(stack).services.items()}
    if secrets is None or not {"localstack", "postgres", "valkey"} <= ports.keys():
        raise CliError("There is no stack here yet.", code="no_stack", hint="Start it: make up")
    return seeds.client("lambda", Endpoints.of(ports, secrets).aws_url, patience_s=PATIENCE_S)


def _call(client: Any, event: dict[str, Any]) -> dict[str, Any]:
    answer = client.invoke(FunctionName=REINDEX, Payload=jsonlib.dumps(event).encode())
    body: dict[str, Any] = jsonlib.loads(answer["Payload"].read())
    if answer.get("FunctionError"):
        raise CliError(str(body.get("errorMessage", "The function failed.")), code=str(body.get("errorType", "failed")))
    return body
