"""The account that PostgreSQL runs as when we are root, because it refuses to be root.

No account is made: 'nobody' is there on every system, and nothing else of worth belongs to it. A data folder that
already belongs to somebody else than root keeps its owner, so that a stack made by a user still starts under sudo.
Only the identity is dropped here; where that account can reach its files is the matter of `shelter`.
"""

import os
import pwd
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import TypedDict

from docqa_localstack.host.errors import ServiceError

UNPRIVILEGED = "nobody"


class Identity(TypedDict, total=False):
    """The arguments of subprocess.Popen that make a child somebody else."""

    user: int
    group: int
    extra_groups: list[int]


@dataclass(frozen=True, slots=True)
class Account:
    """A user and its main group."""

    name: str
    uid: int
    gid: int

    def popen(self) -> Identity:
        return {"user": self.uid, "group": self.gid, "extra_groups": []}

    def own(self, path: Path) -> None:
        os.chown(path, self.uid, self.gid)

    def reaches(self, path: Path) -> bool:
        """Whether it may enter every folder from the root of the file system down to `path`, and `path` itself."""
        return all(self._enters(folder) for folder in (path, *path.parents))

    def _enters(self, folder: Path) -> bool:
        status = folder.stat()
        if status.st_uid == self.uid:
            return bool(status.st_mode & stat.S_IXUSR)
        return bool(status.st_mode & (stat.S_IXGRP if status.st_gid == self.gid else stat.S_IXOTH))


def database_account(data: Path) -> Account | None:
    """Who PostgreSQL must run as, given its data folder; None: as we are.

    Raises ServiceError when the folder belongs to another user and we are not root.
    """
    owner = data.stat().st_uid if data.exists() else None
    if os.geteuid() != 0:
        if owner not in (None, os.geteuid()):
            raise ServiceError(
                f"The data of PostgreSQL belongs to user {owner}, and this is user {os.geteuid()}.",
                hint=f"Run the command as that user, or as root: chown -R {os.geteuid()} {data.resolve()}",
            )
        return None
    found = pwd.getpwuid(owner) if owner else _unprivileged()
    return Account(found.pw_name, found.pw_uid, found.pw_gid)


def _unprivileged() -> pwd.struct_passwd:
    try:
        return pwd.getpwnam(UNPRIVILEGED)
    except KeyError as error:
        raise ServiceError(
            "PostgreSQL does not run as root, and this system has no account 'nobody' to run it as.",
            hint="Run the command as an ordinary user.",
        ) from error
