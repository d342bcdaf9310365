"""A resource type that LocalStack has no provider for fails the deployment.

The open release reports such a resource as created and lets ``Ref`` be "unknown", so the fault shows much later and
elsewhere. ``AWS::CDK::Metadata`` carries nothing but usage data and stays harmless.
"""

import functools
from types import ModuleType
from typing import Any, Final

HARMLESS: Final = frozenset({"AWS::CDK::Metadata"})


class UnknownTypeProvider:
    """Stands in for the missing provider of `resource_type` and refuses, with a sentence."""

    SCHEMA: Final[dict[str, Any]] = {"properties": {}, "primaryIdentifier": ["/properties/Id"]}

    def __init__(self, resource_type: str, progress: Any, failed: Any, success: Any) -> None:
        self.resource_type = resource_type
        self._progress, self._failed, self._success = progress, failed, success

    def create(self, request: Any) -> Any:
        return self._progress(
            status=self._failed,
            resource_model={},
            message=(
                f"{request.logical_resource_id} is of type {self.resource_type}, which the local stack cannot make: "
                "leave it out of this target, or give it a provider"
            ),
        )

    update = create

    def delete(self, request: Any) -> Any:
        """There is nothing to delete."""
        return self._progress(status=self._success, resource_model={})


def refuse_unknown_types(module: ModuleType) -> None:
    """Give every type without a provider one that refuses."""
    executor = module.ResourceProviderExecutor
    load = executor.try_load_resource_provider
    status = module.OperationStatus

    @functools.wraps(load)
    def try_load_resource_provider(resource_type: str) -> Any:
        provider = load(resource_type)
        if provider is None and resource_type not in HARMLESS:
            return UnknownTypeProvider(resource_type, module.ProgressEvent, status.FAILED, status.SUCCESS)
        return provider

    executor.try_load_resource_provider = staticmethod(try_load_resource_provider)


def only_harmless_types_are_ignored(module: Any) -> None:
    """`should_ignore_unsupported_resource_type` also decides what Fn::GetAtt of such a resource gives."""
    module.should_ignore_unsupported_resource_type = lambda resource_type, change_set_type: resource_type in HARMLESS


PATCHES: Final = {
    "localstack.services.cloudformation.resource_provider": refuse_unknown_types,
    "localstack.services.cloudformation.engine.v2.change_set_model_executor": only_harmless_types_are_ignored,
    "localstack.services.cloudformation.engine.v2.change_set_model_preproc": only_harmless_types_are_ignored,
}
