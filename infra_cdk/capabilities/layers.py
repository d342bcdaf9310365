"""The layers as Lambda versions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from aws_cdk import AssetHashType
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from infra_cdk.config import Target
from infra_cdk.packaging.artifacts import Artifact


def runtime(target: Target) -> lambda_.Runtime:
    """The managed Python runtime of the target's functions."""
    return lambda_.Runtime(f"python{target.python}", lambda_.RuntimeFamily.PYTHON)


def architecture(target: Target) -> lambda_.Architecture:
    """x86_64 or arm64."""
    return (
        lambda_.Architecture.ARM_64 if target.platform.lambda_architecture == "arm64" else lambda_.Architecture.X86_64
    )


def code(artifact: Artifact) -> lambda_.AssetCode:
    """The zip as it was built; its digest names the asset, so equal content is never uploaded twice."""
    return lambda_.Code.from_asset(
        str(artifact.zip_path), asset_hash=artifact.digest, asset_hash_type=AssetHashType.CUSTOM
    )


class Layers(Construct):
    """One layer version per built artifact."""

    def __init__(
        self, scope: Construct, construct_id: str, *, target: Target, artifacts: Mapping[str, Artifact]
    ) -> None:
        super().__init__(scope, construct_id)
        self._versions = {
            name: lambda_.LayerVersion(
                self,
                name,
                description=f"docqa {name}",
                code=code(artifact),
                compatible_runtimes=[runtime(target)],
                compatible_architectures=[architecture(target)],
            )
            for name, artifact in artifacts.items()
        }

    def named(self, names: Sequence[str]) -> list[lambda_.ILayerVersion]:
        """The versions in that order. Raises KeyError for an unknown name."""
        return [self._versions[name] for name in names]
