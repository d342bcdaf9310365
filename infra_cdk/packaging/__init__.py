"""Builds what the functions are deployed from: dependency layers, model files, our own code, all cached by content."""

from infra_cdk.packaging.artifacts import Artifact, Artifacts, PackagingError
from infra_cdk.packaging.builder import Builder, Platform, build_all, host_platform

__all__ = ["Artifact", "Artifacts", "Builder", "PackagingError", "Platform", "build_all", "host_platform"]
