"""Updates of Lambda's resource types."""

import sys
from typing import Any, Final

from docqa_localstack.plugin.cloudformation.change import Change, Handler, Model, pick, tag_changes

DEFAULTS: Final[dict[str, Any]] = {
    "Description": "",
    "Handler": None,
    "Runtime": None,
    "Role": None,
    "Environment": {"Variables": {}},
    "Layers": [],
    "MemorySize": 128,
    "Timeout": 3,
    "EphemeralStorage": {"Size": 512},
    "TracingConfig": {"Mode": "PassThrough"},
    "LoggingConfig": {"LogFormat": "Text"},
    "DeadLetterConfig": {"TargetArn": ""},
}
"""What a property that has left the template goes back to, by the API reference of UpdateFunctionConfiguration."""


def _configuration(change: Change) -> dict[str, Any]:
    """Arguments of UpdateFunctionConfiguration, for what has changed only."""
    arguments: dict[str, Any] = {}
    for name, default in DEFAULTS.items():
        if not change.differs(name):
            continue
        value = change.new.get(name, default)
        if value is not None:
            arguments[name] = value
    for name in ("MemorySize", "Timeout"):
        if name in arguments:
            arguments[name] = int(arguments[name])
    if "Environment" in arguments:
        variables = arguments["Environment"].get("Variables") or {}
        arguments["Environment"] = {"Variables": {key: str(value) for key, value in variables.items()}}
    return arguments


def concurrency(change: Change) -> Model:
    """ReservedConcurrentExecutions, which LocalStack's provider leaves out at creation too."""
    name = {"FunctionName": change.new["FunctionName"]}
    if change.differs("ReservedConcurrentExecutions"):
        reserved = change.new.get("ReservedConcurrentExecutions")
        if reserved is None:
            change.aws.lambda_.delete_function_concurrency(**name)
        else:
            change.aws.lambda_.put_function_concurrency(**name, ReservedConcurrentExecutions=int(reserved))
    return change.new


def function(change: Change) -> Model:
    """Code, configuration, reserved concurrency and tags."""
    client, name = change.aws.lambda_, change.old["FunctionName"]
    updated = client.get_waiter("function_updated_v2")
    updated.config.delay = 0.1
    updated.config.max_attempts = 600
    if change.differs("Code", "Architectures"):
        provider = sys.modules[type(change.provider).__module__]
        code = provider._get_lambda_code_param(change.new, _include_arch=True)
        client.update_function_code(FunctionName=name, **code)
        updated.wait(FunctionName=name)
    if configuration := _configuration(change):
        client.update_function_configuration(FunctionName=name, **configuration)
        updated.wait(FunctionName=name)
    concurrency(change)
    added, removed = tag_changes(change)
    if added:
        client.tag_resource(Resource=change.new["Arn"], Tags=added)
    if removed:
        client.untag_resource(Resource=change.new["Arn"], TagKeys=removed)
    return change.new


def url(change: Change) -> Model:
    """Authentication, CORS and invoke mode; the address stays."""
    arguments = pick(change.new, ("Qualifier", "AuthType", "InvokeMode", "Cors"))
    if change.differs("InvokeMode"):
        arguments.setdefault("InvokeMode", "BUFFERED")
    if change.differs("Cors"):
        arguments.setdefault("Cors", {})
    change.aws.lambda_.update_function_url_config(FunctionName=change.new["TargetFunctionArn"], **arguments)
    return change.new


def alias(change: Change) -> Model:
    """The version that an alias points to, and its weights."""
    arguments = pick(change.new, ("FunctionName", "Name", "FunctionVersion", "Description", "RoutingConfig"))
    if change.differs("RoutingConfig"):
        arguments.setdefault("RoutingConfig", {"AdditionalVersionWeights": {}})
    change.aws.lambda_.update_alias(**arguments)
    return change.new


def event_invoke_config(change: Change) -> Model:
    """Retries and destinations of asynchronous invokes; the call replaces all of it."""
    names = ("FunctionName", "Qualifier", "MaximumRetryAttempts", "MaximumEventAgeInSeconds", "DestinationConfig")
    change.aws.lambda_.put_function_event_invoke_config(**pick(change.new, names))
    return change.new


HANDLERS: Final[dict[str, Handler]] = {
    "AWS::Lambda::Alias": alias,
    "AWS::Lambda::EventInvokeConfig": event_invoke_config,
    "AWS::Lambda::Function": function,
    "AWS::Lambda::Url": url,
}
AFTER_CREATE: Final[dict[str, Handler]] = {"AWS::Lambda::Function": concurrency}
