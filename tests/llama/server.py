"""Makes the environment when it is not there, and runs the server in a process of its own."""

import hashlib
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from docqa_localstack.host.paths import Home

HERE = Path(__file__).parent
MODEL = "smollm2"
CONTEXT = 4096


@contextmanager
def llama() -> Iterator[str]:
    """The base URL of its OpenAI-compatible API."""
    process = subprocess.Popen(
        [str(_python()), str(HERE / "serve.py")], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    try:
        assert process.stdout is not None
        address = process.stdout.readline().strip()
        assert address.startswith("http"), f"the llama.cpp server did not start: {process.poll()}"
        yield f"{address}/v1"
    finally:
        process.kill()
        process.communicate()


def _python() -> Path:
    requirements = HERE / "requirements.txt"
    key = hashlib.sha256(f"{sys.version}{sys.base_prefix}{requirements.read_text()}".encode()).hexdigest()[:12]
    folder = Home.find().environments / f"llama-{key}"
    python, stamp = folder / "bin" / "python", folder / ".installed"
    if not stamp.exists():
        for old in folder.parent.glob("llama-*"):
            shutil.rmtree(old)
        uv = shutil.which("uv", path=str(Path(sys.executable).parent)) or "uv"
        subprocess.run([uv, "venv", "-q", "--no-project", "--python", sys.executable, str(folder)], check=True)
        # sync: what is in the file and nothing else, so that what excludes.txt names stays out
        into = ["--python", str(python), "--require-hashes"]
        subprocess.run([uv, "pip", "sync", "-q", *into, str(requirements)], check=True)
        stamp.touch()
    return python
