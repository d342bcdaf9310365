"""The environment that sentence-transformers runs in: made on demand, kept by the hash of its pins."""

import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from docqa_localstack.host.paths import Home

HERE = Path(__file__).parent
# What a package index has of torch for Linux is built for CUDA: it starts only with gigabytes of libraries that nothing
# here computes with. The first list is without them and is enough for every build that does without.
LISTS = ("reference.txt", "reference-cuda.txt")
SOURCES = ("layers/core/python", "layers/streaming_runtime/python", "localstack", "")
_QUIET = {"HF_HUB_OFFLINE": "1", "HF_HUB_DISABLE_TELEMETRY": "1", "TOKENIZERS_PARALLELISM": "false"}


def inside() -> bool:
    """Whether this interpreter can run the reference itself."""
    return importlib.util.find_spec("sentence_transformers") is not None


def run(arguments: Sequence[str]) -> int:
    """Run the environment's Python, with our sources, from the repository; its exit code."""
    home = Home.find()
    paths = os.pathsep.join(str(home.repository / source) for source in SOURCES)
    environ = {**os.environ, **_QUIET, "PYTHONPATH": paths}
    return subprocess.run([str(python(home)), *arguments], cwd=home.repository, env=environ, check=False).returncode


def python(home: Home) -> Path:
    """The interpreter; the environment is made when it is not there."""
    pins = "".join((HERE / name).read_text(encoding="utf-8") for name in LISTS)
    key = hashlib.sha256(f"{sys.version}{sys.base_prefix}{pins}".encode()).hexdigest()[:12]
    folder = home.environments / f"models-{key}"
    interpreter = folder / "bin" / "python"
    stamp = folder / ".installed"
    if stamp.exists():
        return interpreter
    for old in folder.parent.glob("models-*"):
        shutil.rmtree(old)
    uv = shutil.which("uv", path=str(Path(sys.executable).parent)) or "uv"
    subprocess.run([uv, "venv", "-q", "--no-project", "--python", sys.executable, str(folder)], check=True)
    for name in LISTS:
        print(f"... installing {name} into {folder}", file=sys.stderr, flush=True)
        # sync: what is in the file and nothing else, so that what the lists leave out stays out
        command = [uv, "pip", "sync", "-q", "--python", str(interpreter), "--require-hashes", str(HERE / name)]
        subprocess.run(command, check=True)
        started = subprocess.run([str(interpreter), "-c", "import torch"], capture_output=True, text=True, check=False)
        if not started.returncode:
            stamp.touch()
            return interpreter
    raise RuntimeError(f"torch does not start in {folder}:\n{started.stderr[-2000:]}")
