"""What the environment says, read once."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, cast

from streaming_runtime.errors import InitFailure

Mode = Literal["streaming", "buffered"]
Lifespan = Literal["auto", "on", "off"]


@dataclass(frozen=True)
class Settings:
    """Lambda's own variables, and ours (STREAMING_RUNTIME_*)."""

    api: str
    """host:port of the Runtime API."""
    handler: str
    task_root: str
    runtime_dir: str | None
    mode: Mode
    lifespan: Lifespan
    disconnect_grace_s: float | None
    """How long an application may run on after its client went away before it is cancelled; None: without limit."""


def read_settings(env: Mapping[str, str]) -> Settings:
    """Raises InitFailure that names the variable, for a missing or wrong value."""
    return Settings(
        api=_needed(env, "AWS_LAMBDA_RUNTIME_API"),
        handler=_needed(env, "_HANDLER"),
        task_root=env.get("LAMBDA_TASK_ROOT", "/var/task"),
        runtime_dir=env.get("LAMBDA_RUNTIME_DIR"),
        mode=cast(Mode, _one_of(env, "STREAMING_RUNTIME_MODE", ("streaming", "buffered"))),
        lifespan=cast(Lifespan, _one_of(env, "STREAMING_RUNTIME_LIFESPAN", ("auto", "on", "off"))),
        disconnect_grace_s=_seconds_or_never(env, "STREAMING_RUNTIME_DISCONNECT_GRACE", default=5.0),
    )


def _needed(env: Mapping[str, str], name: str) -> str:
    if value := env.get(name):
        return value
    raise InitFailure("Runtime.InvalidSetting", f"the environment variable {name} is not set")


def _one_of(env: Mapping[str, str], name: str, choices: tuple[str, ...]) -> str:
    value = env.get(name) or choices[0]
    if value not in choices:
        raise InitFailure("Runtime.InvalidSetting", f"{name} is {value!r}; it must be one of {', '.join(choices)}")
    return value


def _seconds_or_never(env: Mapping[str, str], name: str, *, default: float) -> float | None:
    value = env.get(name)
    if not value:
        return default
    if value == "never":
        return None
    try:
        seconds = float(value)
    except ValueError:
        seconds = -1.0
    if not 0 <= seconds < 1e6:
        raise InitFailure("Runtime.InvalidSetting", f"{name} is {value!r}; it must be seconds (0 or more) or 'never'")
    return seconds
