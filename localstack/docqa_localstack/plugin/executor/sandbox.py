"""What a process sees of its environment: folders in the place of /var/task, /opt and /tmp, variables, command."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

HIDDEN_PREFIXES = ("LOCALSTACK_",)
HIDDEN = frozenset({"EDGE_PORT"})
"""What LocalStack tells its own runtime inside a container; not part of Lambda."""

PASSED_ON = ("SSL_CERT_FILE", "SSL_CERT_DIR", "HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy")
"""What a function needs of this machine to reach the outside, where it does."""

LOOPBACK = "127.0.0.1,localhost"


@dataclass(frozen=True, slots=True)
class Sandbox:
    """Folders of one environment.

    python: interpreter of the functions. task: the deployment package (/var/task). opt: the merged layers (/opt), None
    without layers. scratch: its own writable folder (/tmp).
    """

    python: Path
    task: Path
    opt: Path | None
    scratch: Path

    def relocate(self, value: str) -> str:
        """Replace /var/task and /opt at the start of each colon-separated part; URLs stay as they are."""
        if "/" not in value or "://" in value:
            return value
        return ":".join(map(self._relocate_path, value.split(":")))

    def _relocate_path(self, path: str) -> str:
        for prefix, folder in (("/var/task", self.task), ("/opt", self.opt)):
            if folder and (path == prefix or path.startswith(f"{prefix}/")):
                return f"{folder}{path[len(prefix) :]}"
        return path

    def environment(self, variables: Mapping[str, object], configured: Mapping[str, str]) -> dict[str, str]:
        """The variables of the process.

        variables: LocalStack's, the function's own among them. configured: the function's own, which win where AWS
        lets them (https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html).
        """
        environment = {
            name: self.relocate(str(value))
            for name, value in variables.items()
            if value is not None and name not in HIDDEN and not name.startswith(HIDDEN_PREFIXES)
        }
        bin_folder = self.python.parent
        defaults = {
            "PATH": ":".join([str(bin_folder), "/usr/local/bin", "/usr/bin", "/bin", *self._in_opt("bin")]),
            "LD_LIBRARY_PATH": ":".join([str(self.task), str(self.task / "lib"), *self._in_opt("lib")]),
            "LANG": "en_US.UTF-8",
            "HOME": str(self.scratch),
            "TMPDIR": str(self.scratch),
            "PYTHONUNBUFFERED": "1",
        }
        defaults |= {name: os.environ[name] for name in PASSED_ON if name in os.environ}
        defaults["NO_PROXY"] = defaults["no_proxy"] = ",".join(filter(None, [LOOPBACK, os.environ.get("NO_PROXY")]))
        for name, value in defaults.items():
            if name not in configured:
                environment[name] = value
        environment["PYTHONPATH"] = ":".join(self._python_path(environment.get("PYTHONPATH", "")))
        environment["LAMBDA_TASK_ROOT"] = str(self.task)
        environment["LAMBDA_RUNTIME_DIR"] = str(bin_folder)
        return environment

    def _in_opt(self, *names: str) -> list[str]:
        return [str(self.opt / name) for name in names] if self.opt else []

    def _python_path(self, configured: str) -> list[str]:
        """As on AWS: the package, then the layers; the runtime's own libraries come last (here: the interpreter's)."""
        minor = f"lib/{interpreter_name(self.python)}/site-packages"
        layers = self._in_opt(f"python/{minor}", "python")
        return [*filter(None, configured.split(":")), str(self.task), *layers]

    def command(self, handler: str, wrapper: str | None) -> list[str]:
        """The runtime's command line; `wrapper` (AWS_LAMBDA_EXEC_WRAPPER, relocated) gets it as its arguments."""
        command = [str(self.python), "-m", "awslambdaric", handler]
        return [wrapper, *command] if wrapper else command


def interpreter_name(python: Path) -> str:
    """Such as python3.11, which is also the name of the managed runtime; from the virtual environment's pyvenv.cfg.

    Raises ValueError when it is not the interpreter of a virtual environment.
    """
    configuration = python.parent.parent / "pyvenv.cfg"
    for line in configuration.read_text().splitlines() if configuration.exists() else ():
        name, _, value = line.partition("=")
        if name.strip() in ("version_info", "version"):
            major, minor = value.strip().split(".")[:2]
            return f"python{major}.{minor}"
    raise ValueError(f"{python} does not lie in a virtual environment (no pyvenv.cfg with a version)")
