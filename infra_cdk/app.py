"""The CDK app: builds what is missing, then synthesizes one stack. Run by `cdk`, or by `python -m infra_cdk.app`."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import aws_cdk as cdk

from docqa.core.errors import InvalidSetting, permanent_error_names
from docqa.embeddings.registry import EmbeddingModels, as_list, in_folder
from infra_cdk.catalog import FUNCTIONS
from infra_cdk.config import (
    ASSEMBLY,
    BUILD_CACHE,
    REPOSITORY,
    STACK_NAME,
    ConfigurationError,
    Target,
    from_environment,
)
from infra_cdk.packaging import Artifacts, Builder, PackagingError, build_all
from infra_cdk.packaging.archive import digest_of, folder_parts
from infra_cdk.packaging.models import EXPORTED
from infra_cdk.packaging.sizes import check
from infra_cdk.stacks.docqa import DocqaStack

MIGRATIONS = REPOSITORY / "layers" / "core" / "python" / "docqa" / "database" / "migrations"


def create_app(
    target: Target,
    artifacts: Artifacts,
    *,
    permanent_errors: Sequence[str],
    migrations_version: str,
    outdir: Path | None = None,
    checked: bool = False,
) -> cdk.App:
    """An app with the DocQA stack of that target.

    outdir: of the assembly; None lets `cdk` decide. checked: hold the stack to cdk-nag's AwsSolutions rules.
    """
    app = cdk.App(
        outdir=str(outdir) if outdir else None,
        analytics_reporting=False,
        # assets are zips in the build cache already: name them there instead of copying them
        context={"aws:cdk:disable-asset-staging": True},
    )
    DocqaStack(
        app,
        STACK_NAME,
        target=target,
        artifacts=artifacts,
        permanent_errors=permanent_errors,
        migrations_version=migrations_version,
        props=cdk.StackProps(
            stack_name=STACK_NAME,
            env=cdk.Environment(account=target.account, region=target.region),
            synthesizer=_synthesizer(target),
        ),
    )
    cdk.Tags.of(app).add("application", "docqa")
    if checked:
        from cdk_nag import AwsSolutionsChecks  # slow to load, and no part of a local deploy

        cdk.Validations.of(app).add_plugins(AwsSolutionsChecks(app))
    return app


def _synthesizer(target: Target) -> cdk.StackSynthesizer:
    if target.assets_bucket:
        # the caller's own credentials and a bucket that is already there: no bootstrap stack
        return cdk.CliCredentialsStackSynthesizer(file_assets_bucket_name=target.assets_bucket)
    return cdk.DefaultStackSynthesizer()


def migrations_version(folder: Path = MIGRATIONS) -> str:
    """Hash of the migration files. Raises PackagingError when there are none."""
    parts = list(folder_parts(folder)) if folder.is_dir() else []
    if not parts:
        raise PackagingError(f"{folder} holds no migrations")
    return digest_of(parts)[:16]


def with_models(target: Target, chosen: str, *, root: Path = REPOSITORY) -> Target:
    """The target with the embedding models that were exported here, `chosen` being the one that embeds.

    Raises ConfigurationError for an unknown model, or one that does not say what it must.
    """
    try:
        exported = in_folder(root / EXPORTED)
        EmbeddingModels(exported, default=chosen)
    except InvalidSetting as error:
        raise ConfigurationError(error.message) from error
    return replace(target, embedding_model=chosen, embedding_models=as_list(exported) if exported else "")


def main() -> int:
    """Build and synthesize the target that the environment names."""
    try:
        target = with_models(from_environment(), os.environ.get("DOCQA_EMBEDDING_MODEL", ""))
        builder = Builder(
            root=REPOSITORY,
            cache=BUILD_CACHE,
            python=target.python,
            platform=target.platform,
            say=lambda line: print(line, file=sys.stderr, flush=True),
        )
        artifacts = build_all(builder)
        check(FUNCTIONS, artifacts)
        app = create_app(
            target,
            artifacts,
            permanent_errors=permanent_error_names(),
            migrations_version=migrations_version(),
            outdir=None if os.environ.get("CDK_OUTDIR") else ASSEMBLY,
            checked=target.name == "aws",
        )
        app.synth()
    except (ConfigurationError, PackagingError) as error:
        print(f"infra: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
