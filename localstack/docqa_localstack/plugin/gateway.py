"""LocalStack's front door: where it listens, and the routes that we add."""

import functools
from types import ModuleType, SimpleNamespace
from typing import Any

from docqa_localstack.plugin.imports import after_import

EXECUTOR_ROUTE = "/_docqa/executor"


def install() -> None:
    """Called once, before the gateway listens."""
    from localstack.services.edge import ROUTER

    from docqa_localstack.plugin.streaming import function_urls

    after_import("localstack.runtime.server.twisted", listen_on_configured_host)
    ROUTER.add(EXECUTOR_ROUTE, describe_executor, methods=["GET"])
    function_urls.add_path_routes(ROUTER)


def listen_on_configured_host(module: ModuleType) -> None:
    """LocalStack takes only the port of GATEWAY_LISTEN and listens on all addresses."""
    from localstack import config

    original = module.endpoints

    @functools.wraps(original.TCP4ServerEndpoint)
    def endpoint(reactor: Any, port: int, backlog: int = 50, interface: str = "") -> Any:
        host = next((listen.host for listen in config.GATEWAY_LISTEN if listen.port == port), "")
        return original.TCP4ServerEndpoint(reactor, port, backlog=511, interface=interface or host)

    module.endpoints = SimpleNamespace(  # type: ignore[attr-defined]
        TCP4ServerEndpoint=endpoint,
        TCP6ServerEndpoint=original.TCP6ServerEndpoint,
    )


def describe_executor(request: Any) -> Any:
    """GET /_docqa/executor: what really runs the functions, for `docqa doctor`.

    JSON: executor (class that LocalStack has loaded), ours (bool), python (interpreter of the functions), runtime
    (the only Lambda runtime that can run), starting (count), environments ({function ARN: {idle, busy}}).
    """
    from localstack.http import Response
    from localstack.services.lambda_.invocation.runtime_executor import get_runtime_executor

    from docqa_localstack.plugin.executor.assignment import broker
    from docqa_localstack.plugin.executor.process import ProcessRuntimeExecutor
    from docqa_localstack.plugin.executor.sandbox import interpreter_name
    from docqa_localstack.plugin.settings import settings

    loaded = get_runtime_executor()
    response = Response()
    response.set_json(
        {
            "executor": f"{loaded.__module__}.{loaded.__qualname__}",
            "ours": loaded is ProcessRuntimeExecutor,
            "python": str(settings().lambda_python),
            "runtime": interpreter_name(settings().lambda_python),
            "starting": broker().starting,
            "environments": broker().counts(),
        }
    )
    return response
