"""The environments of what we measure ourselves beside, made when they are not there."""

import hashlib
import shutil
import subprocess
import sys
from pathlib import Path

from docqa_localstack.host.paths import Home

PEERS = Path(__file__).with_name("peers")


def python_of(environment: str) -> Path:
    """The interpreter of the environment that peers/ENVIRONMENT.txt describes."""
    requirements = PEERS / f"{environment}.txt"
    key = hashlib.sha256(f"{sys.version}{sys.base_prefix}{requirements.read_text()}".encode()).hexdigest()[:12]
    folder = Home.find().environments / f"peer-{environment}-{key}"
    stamp = folder / ".installed"
    if not stamp.exists():
        print(f"... installing {environment}", flush=True)
        for old in folder.parent.glob(f"peer-{environment}-*"):
            shutil.rmtree(old)
        uv = shutil.which("uv", path=str(Path(sys.executable).parent)) or "uv"
        subprocess.run([uv, "venv", "-q", "--no-project", "--python", sys.executable, str(folder)], check=True)
        into = ["--python", str(folder / "bin" / "python")]
        # sync: what is in the file and nothing else, so that what excludes.txt names stays out
        command = [uv, "pip", "sync", "-q", *into, "--require-hashes", "--compile-bytecode", str(requirements)]
        subprocess.run(command, check=True)
        stamp.touch()
    return folder / "bin" / "python"
