"""What plux finds in pyproject.toml. Keep the imports light: all of this is paid for when LocalStack starts."""

from localstack.runtime import hooks
from localstack.runtime.exceptions import LocalstackExit
from localstack.services.lambda_.invocation.plugins import RuntimeExecutorPlugin
from plux import Plugin


class ProcessRuntimeExecutorPlugin(RuntimeExecutorPlugin):
    """LAMBDA_RUNTIME_EXECUTOR=process."""

    name = "process"

    def load(self, *args: object, **kwargs: object) -> type:
        from docqa_localstack.plugin.executor.process import ProcessRuntimeExecutor

        return ProcessRuntimeExecutor


class CustomResourceProviderPlugin(Plugin):
    """Lambda-backed custom resources, which the open release reports as created without calling anything.

    Not derived from CloudFormationResourceProviderPlugin: importing its module loads CloudFormation at start.
    """

    namespace = "localstack.cloudformation.resource_providers"
    name = "AWS::CloudFormation::CustomResource"

    def __init__(self) -> None:
        self.factory: type | None = None

    def load(self, *args: object, **kwargs: object) -> "CustomResourceProviderPlugin":
        from docqa_localstack.plugin.cloudformation.custom_resources import CustomResourceProvider

        self.factory = CustomResourceProvider
        return self


@hooks.on_infra_start()
def docqa_install() -> None:
    """Check the settings, apply the patches, add the routes.

    Raises LocalstackExit: an unmended LocalStack would deploy and answer, and silently do it wrong.
    """
    try:
        from docqa_localstack.plugin import gateway, patches, settings

        settings.settings()
        patches.apply_patches()
        gateway.install()
    except Exception as error:
        raise LocalstackExit(f"the DocQA plugin could not be installed: {error!r}", code=1) from error
