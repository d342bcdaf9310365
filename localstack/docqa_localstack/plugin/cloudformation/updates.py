"""In-place updates of resource types for which LocalStack's open release has none.

For these it reports UPDATE_COMPLETE and changes nothing; an API stage even goes on pointing at a deployment that is
deleted a moment later, and the whole API answers 404. For errors it reports "Failed to delete resource", or success
when the message happens to contain "not found".
"""

from collections.abc import Callable
from types import ModuleType
from typing import Any, Final

from docqa_localstack.plugin.cloudformation import (
    custom_resources,
    update_apigateway,
    update_identity,
    update_lambda,
    update_operations,
    update_storage,
)
from docqa_localstack.plugin.cloudformation.change import Change, Handler, Model

HANDLERS: Final[dict[str, Handler]] = {
    **update_apigateway.HANDLERS,
    **update_identity.HANDLERS,
    **update_lambda.HANDLERS,
    **update_operations.HANDLERS,
    **update_storage.HANDLERS,
}
AFTER_CREATE: Final[dict[str, Handler]] = {
    **update_lambda.AFTER_CREATE,
    **update_operations.AFTER_CREATE,
    **update_storage.AFTER_CREATE,
}
"""Settings that LocalStack's provider leaves out at creation; the handler sees an empty `old`."""

REMOVE: Final[dict[str, Callable[[Any], None]]] = {
    "AWS::ApiGateway::Deployment": update_apigateway.remove_deployment,
}
"""Deletions in the place of those of LocalStack's provider; each gets the request."""

IDENTITY: Final = ("primaryIdentifier", "readOnlyProperties", "createOnlyProperties")
"""Lists of a resource type's schema; a property in one of them does not change in an update."""


def with_identity(schema: dict[str, Any], old: Model, new: Model) -> Model:
    """`new` with what the service has once given: ARN, ids, a generated name."""
    pointers = [pointer for name in IDENTITY for pointer in schema.get(name, ())]
    names = {pointer.removeprefix("/properties/").split("/")[0] for pointer in pointers}
    return {**{name: old[name] for name in names if name in old}, **new}


def _update(module: ModuleType, provider: Any, request: Any) -> Any:
    """Update a deployed resource. An exception becomes the reason of the failure in the engine."""
    handler = HANDLERS.get(request.resource_type)
    if handler is None:
        try:
            return provider.update(request)
        except NotImplementedError as error:
            raise RuntimeError(
                f"{request.logical_resource_id} is of type {request.resource_type}, which the local stack cannot "
                "change in place: give it another logical id, or start with an empty stack"
            ) from error
    old: Model = dict(request.previous_state or {})
    request.desired_state = with_identity(provider.SCHEMA, old, request.desired_state)
    model = handler(Change(provider, request, old, request.desired_state))
    return module.ProgressEvent(status=module.OperationStatus.SUCCESS, resource_model=model)


def _remove(module: ModuleType, provider: Any, request: Any) -> Any:
    """Delete a resource; one that is gone already counts as deleted."""
    from botocore.exceptions import ClientError

    remove = REMOVE.get(request.resource_type)
    try:
        if remove is None:
            return provider.delete(request)
        remove(request)
    except ClientError as error:
        if not module.check_not_found_exception(error, request.resource_type, request.desired_state):
            raise
    return module.ProgressEvent(status=module.OperationStatus.SUCCESS, resource_model={})


def _create(module: ModuleType, provider: Any, request: Any) -> Any:
    event = provider.create(request)
    finish = AFTER_CREATE.get(request.resource_type)
    if finish is not None and event.status == module.OperationStatus.SUCCESS:
        event.resource_model = finish(Change(provider, request, {}, event.resource_model))
    return event


def update_in_place(module: ModuleType) -> None:
    """Replace the step that calls a resource provider."""

    def execute_action(self: Any, resource_provider: Any, raw_payload: Any) -> Any:
        request = module.convert_payload(stack_name=self.stack_name, stack_id=self.stack_id, payload=raw_payload)
        steps = {"Add": _create, "Modify": _update, "Dynamic": _update, "Remove": _remove}
        return steps[raw_payload["action"]](module, resource_provider, request)

    module.ResourceProviderExecutor.execute_action = execute_action


def keep_full_buckets(module: Any) -> None:
    """Let the deletion of a bucket with objects fail, as on AWS: LocalStack's provider empties it first."""
    module.delete_all_s3_objects = lambda client, bucket: None


def answer_custom_resources(module: ModuleType) -> None:
    """Serve the response URLs of custom resources from the moment that CloudFormation is used."""
    from localstack.services.edge import ROUTER

    custom_resources.add_routes(ROUTER)


PATCHES: Final = {
    "localstack.services.cloudformation.resource_provider": update_in_place,
    "localstack.services.cloudformation.v2.provider": answer_custom_resources,
    "localstack.services.s3.resource_providers.aws_s3_bucket": keep_full_buckets,
}
