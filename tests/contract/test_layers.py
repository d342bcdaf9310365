"""Every import contract holds, and every one of them can break."""

import os
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LIBRARY = "layers/core/python/docqa"
SOURCES = (
    LIBRARY,
    "layers/streaming_runtime/python/streaming_runtime",
    "infra_cdk",
    "cli/docqa_cli",
    "localstack/docqa_localstack",
)
FUNCTIONS = ("api", "stream", "ingest", "inference", "operations")

BREAKS = {
    "floors": (f"{LIBRARY}/core/ids.py", "import docqa.config"),
    "core": (f"{LIBRARY}/core/ids.py", "import boto3"),
    "functions": ("functions/api/main.py", "import stream.main"),
    "library": (f"{LIBRARY}/bootstrap.py", "import infra_cdk.config"),
    "thin-functions": ("functions/ingest/claim.py", "import docqa.storage.s3"),
    "sql": (f"{LIBRARY}/ingestion/claim.py", "import sqlalchemy"),
    "cache": (f"{LIBRARY}/retrieval/retriever.py", "import redis"),
    "models": (f"{LIBRARY}/retrieval/retriever.py", "import onnxruntime"),
    "tokens": (f"{LIBRARY}/embeddings/tokens.py", "import docqa.embeddings.onnx"),
    "vendors": (f"{LIBRARY}/agent/calling.py", "import openai"),
    "tools": (f"{LIBRARY}/agent/toolbox.py", "import mcp"),
    "graph": (f"{LIBRARY}/agent/nodes/grade.py", "import langgraph"),
    "web-framework": (f"{LIBRARY}/ingestion/claim.py", "import fastapi"),
    "standalone": ("layers/streaming_runtime/python/streaming_runtime/wire.py", "import docqa.core"),
}


def contracts() -> list[str]:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    return [contract["id"] for contract in settings["tool"]["importlinter"]["contracts"]]


def lint(root: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    paths = [str(root / source) for source in (*(Path(s).parent for s in SOURCES), "functions")]
    return subprocess.run(
        [str(Path(sys.executable).with_name("lint-imports")), "--no-cache", *arguments],
        cwd=root,
        # isolated from the checkout's editable install: the copy must be what is linted
        env={**os.environ, "PYTHONPATH": ":".join(dict.fromkeys(paths))},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sources of this checkout, to be broken."""
    root = tmp_path_factory.mktemp("checkout")
    for source in (*SOURCES, *(f"functions/{name}" for name in FUNCTIONS)):
        shutil.copytree(ROOT / source, root / source, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", root)
    return root


def test_all_contracts_hold(copy: Path) -> None:
    result = lint(copy)
    assert result.returncode == 0, result.stdout + result.stderr


def test_every_contract_has_a_break() -> None:
    assert sorted(BREAKS) == sorted(contracts())


@pytest.mark.parametrize("contract", sorted(BREAKS))
def test_contract_can_break(copy: Path, contract: str) -> None:
    where, statement = BREAKS[contract]
    file = copy / where
    original = file.read_text(encoding="utf-8")
    try:
        file.write_text(f"{original}\n{statement}\n", encoding="utf-8")
        result = lint(copy, "--contract", contract)
    finally:
        file.write_text(original, encoding="utf-8")
    assert result.returncode == 1, result.stdout + result.stderr
    assert "BROKEN" in result.stdout
