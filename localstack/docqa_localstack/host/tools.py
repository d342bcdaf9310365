"""Node and its packages: checked, and installed once per lock file."""

import os
import re
import shutil
import subprocess
from pathlib import Path

from docqa_localstack.host.errors import InstallError, last_lines
from docqa_localstack.host.files import digest, locked
from docqa_localstack.host.paths import Home
from docqa_localstack.host.report import Reporter

OLDEST_NODE = 20
STAMP = ".docqa-installed"


def node_version() -> tuple[int, ...] | None:
    """(20, 11, 1); None when there is no node."""
    program = shutil.which("node")
    if program is None:
        return None
    said = subprocess.run([program, "--version"], capture_output=True, text=True, check=False).stdout
    return tuple(int(number) for number in re.findall(r"\d+", said)[:3]) or None


def check_node() -> tuple[int, ...]:
    """The version of node. Raises InstallError when it, or npm, is missing or too old."""
    version = node_version()
    if version is None or version[0] < OLDEST_NODE:
        found = f"Node {'.'.join(map(str, version))}" if version else "no Node"
        raise InstallError(
            f"The CDK command needs Node {OLDEST_NODE} or newer, and there is {found}.",
            hint="Install Node with your package manager or a version manager such as nvm, then run it again.",
        )
    if shutil.which("npm") is None:
        raise InstallError("Node is there, but npm is not.", hint="Install the npm package of your system.")
    return version


def cdk(home: Home) -> Path:
    """The pinned CDK command."""
    return home.repository / "node_modules" / ".bin" / "cdk"


def _key(home: Home) -> str:
    files = ("package.json", "package-lock.json")
    return digest(*((home.repository / name).read_bytes() for name in files))


def is_current(home: Home) -> bool:
    """Whether the Node packages are those of the lock file."""
    stamp = home.repository / "node_modules" / STAMP
    return stamp.exists() and stamp.read_text() == _key(home) and cdk(home).exists()


def install(home: Home, report: Reporter) -> None:
    """``npm ci``, when the lock file has changed since the last one.

    Raises InstallError.
    """
    check_node()
    lock = home.root / ".npm.lock"
    with locked(lock, lambda holder: report.note(f"Another command installs ({holder}); waiting for it.")):
        if is_current(home):
            return
        with report.step("Installing the CDK command"):
            _npm_ci(home)


def _npm_ci(home: Home) -> None:
    log = home.root / "logs" / "install-node.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("w") as output:
        done = subprocess.run(
            ["npm", "ci", "--no-audit", "--no-fund", "--no-progress"],
            cwd=home.repository,
            env={**os.environ, "NO_UPDATE_NOTIFIER": "1"},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            check=False,
        )
    if done.returncode:
        raise InstallError(
            "The CDK command could not be installed (npm ci).",
            log=log,
            tail=last_lines(log),
            hint="Is the npm registry reachable? Then run the command again.",
        )
    # last: an interrupted npm ci leaves no stamp
    (home.repository / "node_modules" / STAMP).write_text(_key(home))
