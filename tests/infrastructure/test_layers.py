"""The real layers, built for this machine: they fit, they import, and the models run on nothing else."""

import json
import subprocess
import sys
import zipfile
from importlib.util import find_spec
from pathlib import Path

import pytest

from infra_cdk.catalog import FUNCTIONS, FunctionSpec
from infra_cdk.config import BUILD_CACHE, REPOSITORY, host_python
from infra_cdk.packaging import Artifacts, Builder, build_all, host_platform
from infra_cdk.packaging.sizes import check
from tests.fakes.cohere import CohereServer
from tests.infrastructure.template import Template

# what the Lambda runtime brings
RUNTIME_PACKAGES = ("boto3", "botocore", "s3transfer", "jmespath", "dateutil", "urllib3", "six")

IMPORT = """
import importlib, json, sys
sys.path[:0] = json.loads(sys.argv[1])
package, attribute = sys.argv[2].rsplit(".", 1)
handler = getattr(importlib.import_module(package), attribute)
assert callable(handler), handler
print(json.dumps(sorted({name.split(".")[0] for name in sys.modules})))
"""

INFER = """
import json, sys
from pathlib import Path
sys.path[:0] = json.loads(sys.argv[1])
import numpy, onnxruntime, tokenizers
models, out = Path(sys.argv[2]), {}
def run(name, *texts):
    session = onnxruntime.InferenceSession(models / name / "model.onnx", providers=["CPUExecutionProvider"])
    encoded = tokenizers.Tokenizer.from_file(str(models / name / "tokenizer.json")).encode(*texts)
    fields = {"input_ids": encoded.ids, "attention_mask": encoded.attention_mask, "token_type_ids": encoded.type_ids}
    return session.run(None, {name: numpy.array([ids], dtype=numpy.int64) for name, ids in fields.items()})[0]
out["embedding"] = list(run("bge-small-en-v1.5", "hello world").shape)
question, reranker = "what is the capital of France?", "ms-marco-MiniLM-L-12-v2"
out["fitting"] = float(run(reranker, question, "Paris is the capital of France.")[0][0])
out["stray"] = float(run(reranker, question, "Bananas are yellow.")[0][0])
print(json.dumps(out))
"""

RECOGNISE = """
import json, sys
sys.path[:0] = json.loads(sys.argv[1])
import pymupdf
from docqa.parsing.ocr.reader import read_page
page = pymupdf.open().new_page(width=300, height=60)
page.insert_text((20, 35), "The lighthouse on Gull Island", fontsize=14)
print(*(line.text for line in read_page(page).lines))
"""


COUNT = """
import sys
sys.path[:0] = sys.argv[2:]
from pathlib import Path
from docqa.embeddings.tokens import ModelTokens
print(ModelTokens(Path(sys.argv[1])).count(["The lamp was bright.", "unbelievably"]))
assert not {"numpy", "onnxruntime", "huggingface_hub"} & set(sys.modules)
"""


LATE = {"langgraph", "langchain_core", "langsmith", "groq", "openai", "anthropic", "cohere", "mcp", "mcp_types"}
"""What takes long to import: nothing of it is there after a cold start."""

RERANK = """
import asyncio, sys
sys.path[:0] = sys.argv[2:]
from docqa.retrieval.cohere_rerank import CohereReranker
print(asyncio.run(CohereReranker("a-key", base_url=sys.argv[1]).rerank("q", ["a", "b"], budget_s=30)))
"""


@pytest.fixture(scope="session")
def real() -> Artifacts:
    """Everything, from the same cache that a deploy uses."""
    return build_all(
        Builder(root=REPOSITORY, cache=BUILD_CACHE, python=host_python(), platform=host_platform(), say=print)
    )


@pytest.fixture(scope="session")
def unpacked(real: Artifacts, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Layer or `function-<family>` -> folder."""
    root = tmp_path_factory.mktemp("opt")
    folders = {}
    for artifact in (*real.layers.values(), *real.functions.values()):
        folders[artifact.name] = root / artifact.name
        with zipfile.ZipFile(artifact.zip_path) as archive:
            archive.extractall(folders[artifact.name])
    return folders


@pytest.fixture(scope="session")
def runtime(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that holds only what Lambda's own runtime holds."""
    folder = tmp_path_factory.mktemp("runtime")
    for name in RUNTIME_PACKAGES:
        spec = find_spec(name)
        if spec is None or spec.origin is None:
            continue  # six comes only with an older dateutil; a handler that misses something says so by itself
        origin = Path(spec.origin)
        source = origin.parent if origin.name == "__init__.py" else origin
        (folder / source.name).symlink_to(source)
    return folder


def python(script: str, *arguments: str, environment: dict[str, str] | None = None) -> str:
    """Standard output of a clean interpreter: no site-packages, no variables but those given."""
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", script, *arguments],
        capture_output=True,
        text=True,
        env={"PATH": "/usr/bin:/bin", "AWS_DEFAULT_REGION": "us-east-1", **(environment or {})},
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return done.stdout


def test_every_function_fits(real: Artifacts) -> None:
    assert len(check(FUNCTIONS, real)) == len(FUNCTIONS)


@pytest.mark.parametrize("spec", FUNCTIONS, ids=lambda spec: spec.name)
def test_every_handler_imports_with_its_own_layers_only(
    spec: FunctionSpec, unpacked: dict[str, Path], runtime: Path, local: Template
) -> None:
    paths = [unpacked[f"function-{spec.family}"], *(unpacked[name] / "python" for name in spec.layers), runtime]
    environment = {name: str(local.text(value)) for name, value in local.environment(spec.name).items()}
    told = python(
        IMPORT, json.dumps([str(path) for path in paths if path.exists()]), spec.handler, environment=environment
    )
    assert not LATE & set(json.loads(told)), "loaded before the first request that needs it"


@pytest.mark.parametrize(
    ("layers", "check"),
    [
        (("base",), "import psycopg; assert psycopg.pq.__impl__ == 'binary'"),
        (("base",), "import greenlet, pydantic, redis.asyncio, snowballstemmer, sqlalchemy.ext.asyncio"),
        (("base", "web"), "import bcrypt, fastapi, jwt, mangum; bcrypt.gensalt()"),
        (("base", "web", "agent"), "import anthropic, groq, mcp.server.lowlevel, openai, cohere.base_client"),
        (("base", "web", "agent"), "from langgraph.graph import StateGraph"),
        (("base", "migrate"), "import alembic.command, alembic.config"),
        (("base", "parse"), "import pymupdf; assert pymupdf.open().new_page().number == 0"),
        (("base", "parse"), "import lxml.etree, markdown_it; markdown_it.MarkdownIt().parse('# x')"),
    ],
)
def test_libraries_work_after_trimming(layers: tuple[str, ...], check: str, unpacked: dict[str, Path]) -> None:
    paths = [str(unpacked[name] / "python") for name in layers]
    python(f"import sys; sys.path[:0] = {paths!r}; {check}")


def test_models_run_on_the_inference_layer_alone(unpacked: dict[str, Path]) -> None:
    paths = json.dumps([str(unpacked["inference"] / "python")])
    out = json.loads(python(INFER, paths, str(unpacked["models"] / "models")))
    assert out["embedding"][-1] == 384
    assert out["fitting"] > 5 > -5 > out["stray"]


def test_tokens_are_counted_on_the_layers_of_the_chunk_function_alone(unpacked: dict[str, Path]) -> None:
    (spec,) = (spec for spec in FUNCTIONS if spec.name == "ingest-chunk")
    paths = [str(unpacked[name] / "python") for name in spec.layers]
    assert not {"inference", "models"} & set(spec.layers)
    assert json.loads(python(COUNT, str(unpacked["vocabulary"] / "models"), *paths)) == [5, 5]


def test_characters_are_recognised_with_the_layers_of_the_parse_function(unpacked: dict[str, Path]) -> None:
    (spec,) = (spec for spec in FUNCTIONS if spec.name == "ingest-parse")
    paths = json.dumps([str(unpacked[name] / "python") for name in spec.layers])
    data = str(unpacked["ocr-data"] / "models" / "tessdata")
    told = python(RECOGNISE, paths, environment={"DOCQA_TESSDATA": data})
    assert "lighthouse on Gull Island" in told


def test_cohere_reranks_with_the_layers_of_the_api_function(unpacked: dict[str, Path]) -> None:
    (spec,) = (spec for spec in FUNCTIONS if spec.name == "api")
    paths = [str(unpacked[name] / "python") for name in spec.layers]
    with CohereServer(score=lambda query, document: 0.25 if document == "a" else 0.75) as server:
        assert json.loads(python(RERANK, server.url, *paths)) == [0.25, 0.75]


GRAPH = """
import sys
sys.path[:0] = sys.argv[1:]
from docqa.agent.graph import graph
from docqa.llm.catalog import shipped
from docqa.prompts import prompt
print(len(graph().get_graph().nodes), prompt("answer").version > 0, len(shipped()) > 5)
"""


def test_the_graph_is_built_with_the_layers_of_the_stream_function(unpacked: dict[str, Path]) -> None:
    (spec,) = (spec for spec in FUNCTIONS if spec.name == "stream")
    paths = [str(unpacked[name] / "python") for name in spec.layers]
    assert python(GRAPH, *paths).split() == ["12", "True", "True"]


def test_byte_code_travels_with_the_layers(unpacked: dict[str, Path]) -> None:
    for name in ("base", "web", "providers", "agent", "parse", "inference", "core"):
        sources = [path for path in (unpacked[name] / "python").rglob("*.py") if "site-packages" not in path.parts]
        tag = f"cpython-{host_python().replace('.', '')}"
        without = [path for path in sources if not (path.parent / "__pycache__" / f"{path.stem}.{tag}.pyc").exists()]
        assert not without, name


def test_the_wrapper_is_executable(real: Artifacts) -> None:
    with zipfile.ZipFile(real.layers["streaming-runtime"].zip_path) as archive:
        names = {entry.filename: entry.external_attr >> 16 & 0o777 for entry in archive.infolist()}
    assert names["streaming-runtime"] == 0o755
    assert not [name for name in names if name.startswith("tests/")]
