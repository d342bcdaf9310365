"""Where everything lies: the checkout, its ``.docqa/`` folder, and one folder per stack in it."""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from docqa_localstack.host.errors import HostError

DEFAULT_STACK = "main"
_STACK_NAME = re.compile(r"[a-z][a-z0-9-]{0,30}")


@dataclass(frozen=True, slots=True)
class Home:
    """The checkout and its state.

    repository: root of the checkout. root: its state folder. environments: the virtual environments of the parts.
    """

    repository: Path
    root: Path
    environments: Path

    @classmethod
    def find(cls, environ: Mapping[str, str] | None = None) -> "Home":
        """$DOCQA_HOME or ``<repository>/.docqa``; $DOCQA_ENVS or its ``envs/``."""
        environ = os.environ if environ is None else environ
        repository = Path(__file__).resolve().parents[3]
        root = Path(environ.get("DOCQA_HOME") or repository / ".docqa").absolute()
        return cls(repository, root, Path(environ.get("DOCQA_ENVS") or root / "envs").absolute())

    @property
    def build(self) -> Path:
        return self.root / "build"

    @property
    def project(self) -> Path:
        """The folder of this package's project."""
        return self.repository / "localstack"

    def python(self, environment: str) -> Path:
        """Interpreter of one of the virtual environments: localstack, lambda or services."""
        return self.environments / environment / "bin" / "python"

    def site_packages(self, environment: str) -> Path:
        """Raises HostError when that environment is not installed."""
        found = sorted((self.environments / environment / "lib").glob("python3.*/site-packages"))
        if not found:
            raise HostError(f"The environment '{environment}' is not installed.", hint="Run: make up")
        return found[0]


@dataclass(frozen=True, slots=True)
class StackPaths:
    """One stack: its name and the files below ``stacks/<name>/``."""

    home: Home
    name: str = DEFAULT_STACK

    def __post_init__(self) -> None:
        if not _STACK_NAME.fullmatch(self.name):
            raise HostError(
                f"'{self.name}' is no name for a stack.",
                hint="Use up to 31 small letters, digits and hyphens, a letter first (DOCQA_STACK).",
            )

    @classmethod
    def current(cls, environ: Mapping[str, str] | None = None) -> "StackPaths":
        """The stack that the environment names ($DOCQA_STACK, $DOCQA_HOME, $DOCQA_ENVS), 'main' by default."""
        environ = os.environ if environ is None else environ
        return cls(Home.find(environ), environ.get("DOCQA_STACK") or DEFAULT_STACK)

    @property
    def root(self) -> Path:
        return self.home.root / "stacks" / self.name

    @property
    def postgres(self) -> Path:
        """Data folder of PostgreSQL; a link when PostgreSQL could not reach it here (see services/shelter.py)."""
        return self.root / "postgres"

    @property
    def valkey(self) -> Path:
        return self.root / "valkey"

    @property
    def objects(self) -> Path:
        """S3 objects, kept by the plugin over restarts."""
        return self.root / "s3"

    @property
    def logs(self) -> Path:
        return self.root / "logs"

    @property
    def run(self) -> Path:
        """Configuration files of running parts."""
        return self.root / "run"

    @property
    def tmp(self) -> Path:
        return self.root / "tmp"

    @property
    def state_file(self) -> Path:
        return self.root / "state.json"

    @property
    def secrets_file(self) -> Path:
        return self.root / "secrets.json"

    @property
    def session_file(self) -> Path:
        return self.root / "session.json"

    @property
    def outputs_file(self) -> Path:
        """Outputs of the deployed stack, as the CDK command writes them."""
        return self.root / "outputs.json"

    @property
    def lock_file(self) -> Path:
        """Beside the stack's folder, because `clean` removes that while it holds the lock."""
        return self.home.root / "stacks" / f".{self.name}.lock"

    @property
    def assembly(self) -> Path:
        """The synthesized cloud assembly."""
        return self.home.build / "assembly" / self.name

    def log(self, part: str) -> Path:
        return self.logs / f"{part}.log"

    def make(self) -> None:
        """Create the folders, readable for their owner only where they hold secrets."""
        self.root.mkdir(parents=True, exist_ok=True)
        for folder in (self.valkey, self.objects, self.logs, self.run, self.tmp):
            folder.mkdir(exist_ok=True)
        self.run.chmod(0o700)
