"""One PostgreSQL a session, and a migrated database that is emptied before each test."""

import itertools
from collections.abc import AsyncIterator, Iterator

import psycopg
import pytest

from docqa.database.connection import Database
from docqa.database.migrate import upgrade
from tests.database.server import ENVIRONMENTS, PostgresServer, install_folder, version
from tests.database.world import World

_numbers = itertools.count(1)


def pytest_report_header() -> str:
    return f"postgresql: {version()}"


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    install = install_folder()
    if install is None:
        pytest.fail(
            f"PostgreSQL is missing under {ENVIRONMENTS}: install the environments first (make up, or make test)"
        )
    server = PostgresServer(install)
    server.start()
    yield server
    server.stop()


def create_database(server: PostgresServer) -> str:
    """A new, empty database; its URL."""
    name = f"test_{next(_numbers)}"
    with psycopg.connect(server.url("postgres"), autocommit=True) as connection:
        connection.execute(f"create database {name}".encode())
    return server.url(name)


@pytest.fixture(scope="session")
def migrated_url(postgres: PostgresServer) -> str:
    url = create_database(postgres)
    upgrade(url)
    return url


@pytest.fixture
def database_url(migrated_url: str) -> str:
    """A database with all tables and no rows."""
    with psycopg.connect(migrated_url, options="-c lock_timeout=10s") as connection:
        connection.execute("truncate tenants restart identity cascade")
    return migrated_url


@pytest.fixture
async def database(anyio_backend: str, database_url: str) -> AsyncIterator[Database]:
    database = Database(database_url)
    yield database
    await database.dispose()


@pytest.fixture
async def world(database: Database) -> World:
    """The stores, and short ways to get documents into them."""
    return World(database)
