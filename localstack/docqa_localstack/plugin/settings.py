"""What the host tells the plugin, by environment variables that start with ``DOCQA_LOCALSTACK_``."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

PREFIX = "DOCQA_LOCALSTACK_"


class SettingsError(ValueError):
    """A setting is missing or wrong; the message says which one and what to do."""


@dataclass(frozen=True, slots=True)
class Settings:
    """Frozen settings of one LocalStack process.

    lambda_python: interpreter of the functions' virtual environment (awslambdaric and boto3, nothing of LocalStack's).
    state: folder of the stack; unpacked code is kept below `state`/tmp.
    log_dir: where the output of each function is also appended to ``<function>.log``; None: CloudWatch Logs only.
    parallel_starts: how many environments may initialise at the same time.
    """

    lambda_python: Path
    state: Path
    log_dir: Path | None
    parallel_starts: int

    @property
    def code_cache(self) -> Path:
        """Unpacked deployment packages and layers, one folder per SHA-256 of the archive.

        Python writes its byte code beside the sources in it, so it survives restarts; byte code that a layer brings
        is used as it is (PYTHONPYCACHEPREFIX would hide it).
        """
        return self.state / "tmp" / "code"

    @property
    def environments(self) -> Path:
        """Parent of the scratch folders (/tmp on AWS) of running environments."""
        return self.state / "tmp" / "environments"


def read_settings(environ: Mapping[str, str]) -> Settings:
    """Read the settings from `environ`.

    Raises SettingsError with a sentence that says what to set.
    """
    python, state, log_dir = (environ.get(PREFIX + name, "") for name in ("LAMBDA_PYTHON", "STATE", "LOG_DIR"))
    if not os.access(python, os.X_OK):
        raise SettingsError(f"{PREFIX}LAMBDA_PYTHON must name the interpreter of the functions, not {python!r}")
    if not state:
        raise SettingsError(f"{PREFIX}STATE must name the folder that holds the state of the stack")
    starts = environ.get(PREFIX + "PARALLEL_STARTS") or str(len(os.sched_getaffinity(0)))
    if not starts.isdecimal() or int(starts) < 1:
        raise SettingsError(f"{PREFIX}PARALLEL_STARTS must be a whole number from 1, not {starts!r}")
    return Settings(
        lambda_python=Path(python).absolute(),
        state=Path(state).absolute(),
        log_dir=Path(log_dir).absolute() if log_dir else None,
        parallel_starts=int(starts),
    )


@cache
def settings() -> Settings:
    """The settings of this process, read once.

    Raises SettingsError.
    """
    return read_settings(os.environ)
