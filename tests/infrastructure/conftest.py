"""Both targets, synthesized once for the session from tiny stand-ins for the built code."""

import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from docqa.core.errors import permanent_error_names
from infra_cdk import config
from infra_cdk.app import create_app
from infra_cdk.catalog import FUNCTIONS, LAYERS
from infra_cdk.packaging import Artifact, Artifacts
from tests.infrastructure.template import Template

Synthesize = Callable[..., Template]


@pytest.fixture(scope="session")
def artifacts(tmp_path_factory: pytest.TempPathFactory) -> Artifacts:
    """One nearly empty zip for every layer and family of the catalogue."""
    folder = tmp_path_factory.mktemp("artifacts")

    def stand_in(name: str) -> Artifact:
        path = folder / f"{name}.zip"
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("name.txt", name)
        size = path.stat().st_size
        return Artifact(name=name, zip_path=path, digest=name.ljust(64, "0"), unzipped_bytes=size, zipped_bytes=size)

    return Artifacts(
        layers={layer.name: stand_in(layer.name) for layer in LAYERS},
        functions={family: stand_in(f"function-{family}") for family in {function.family for function in FUNCTIONS}},
    )


@pytest.fixture(scope="session")
def synthesize(artifacts: Artifacts, tmp_path_factory: pytest.TempPathFactory) -> Synthesize:
    """A target -> its template; more keyword arguments go to `create_app`."""

    def run(target: config.Target, **options: Any) -> Template:
        outdir = tmp_path_factory.mktemp(target.name)
        app = create_app(
            target,
            artifacts,
            permanent_errors=permanent_error_names(),
            migrations_version="one",
            outdir=outdir,
            **options,
        )
        app.synth()
        return _read(target, outdir)

    return run


@pytest.fixture(scope="session")
def templates(synthesize: Synthesize) -> dict[str, Template]:
    """Both targets, held to cdk-nag while they are made."""
    return {
        "local": synthesize(config.local(python="3.11"), checked=True),
        "aws": synthesize(config.aws(allowed_origins=("https://docqa.example",)), checked=True),
    }


@pytest.fixture(params=["local", "aws"])
def template(request: pytest.FixtureRequest, templates: dict[str, Template]) -> Template:
    """Each target in turn: what a test says with this fixture holds for both."""
    return templates[request.param]


@pytest.fixture
def local(templates: dict[str, Template]) -> Template:
    return templates["local"]


@pytest.fixture
def aws(templates: dict[str, Template]) -> Template:
    return templates["aws"]


def _read(target: config.Target, outdir: Path) -> Template:
    body = json.loads((outdir / f"{config.STACK_NAME}.template.json").read_text(encoding="utf-8"))
    return Template(target=target, body=body, outdir=outdir)
