"""Broken connections, slow statements and full pools become one kind of error; a restart costs nobody a request."""

import anyio
import psycopg
import pytest
from sqlalchemy import text

from docqa.core.errors import DependencyUnavailable, DocQAError
from docqa.database import connection as connection_module
from docqa.database.connection import Database
from tests.database.server import PostgresServer

pytestmark = pytest.mark.anyio


async def backend(database: Database) -> int:
    async with database.system() as connection:
        return int((await connection.execute(text("select pg_backend_pid()"))).scalar_one())


async def kill(url: str, pid: int) -> None:
    async with await psycopg.AsyncConnection.connect(url) as connection:
        await connection.execute("select pg_terminate_backend(%s, 5000)", (pid,))


async def test_connection_is_used_again(database: Database) -> None:
    assert await backend(database) == await backend(database)


async def test_idle_connection_that_the_server_closed_is_replaced(database: Database, database_url: str) -> None:
    pid = await backend(database)
    await kill(database_url, pid)
    assert await backend(database) != pid


async def test_restarted_server_costs_no_request(postgres: PostgresServer, database: Database) -> None:
    pid = await backend(database)
    postgres.restart()
    assert await backend(database) != pid


async def test_long_unused_connection_is_asked_first(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    pid = await backend(database)
    monkeypatch.setattr(connection_module, "IDLE_CHECK_S", -1.0)
    assert await backend(database) == pid


async def test_connection_lost_inside_a_transaction_is_an_error_and_is_not_retried(
    database: Database, database_url: str
) -> None:
    runs = 0
    with pytest.raises(DependencyUnavailable) as caught:  # noqa: PT012
        async with database.system() as connection:
            runs += 1
            pid = (await connection.execute(text("select pg_backend_pid()"))).scalar_one()
            await kill(database_url, pid)
            await connection.execute(text("select 1"))
    assert (runs, caught.value.__cause__ is not None) == (1, True)
    assert await backend(database) != pid


async def test_statement_timeout(database_url: str) -> None:
    database = Database(database_url, statement_timeout_s=0.05)
    with pytest.raises(DependencyUnavailable, match="too long"):
        async with database.system() as connection:
            await connection.execute(text("select pg_sleep(5)"))
    await database.ping()
    await database.dispose()


async def test_pool_is_bounded(database_url: str) -> None:
    database = Database(database_url, pool_size=1, connect_timeout_s=1)
    async with database.system():
        with pytest.raises(DependencyUnavailable, match="in use"):
            await database.ping()
    await database.dispose()


async def test_server_that_is_not_there() -> None:
    database = Database("postgresql://nobody@127.0.0.1:1/nothing", connect_timeout_s=2)
    with pytest.raises(DependencyUnavailable, match="does not answer"):
        await database.ping()
    await database.dispose()


async def test_own_errors_and_bugs_stay_what_they_are(database: Database) -> None:
    with pytest.raises(ZeroDivisionError):
        async with database.system():
            _ = 1 / 0
    with pytest.raises(Exception, match="no_such_table") as caught:
        async with database.system() as connection:
            await connection.execute(text("select * from no_such_table"))
    assert not isinstance(caught.value, DocQAError)


async def test_failed_transaction_leaves_nothing(database: Database) -> None:
    with pytest.raises(ZeroDivisionError):  # noqa: PT012
        async with database.system() as connection:
            await connection.execute(text("insert into tenants (name) values ('gone')"))
            _ = 1 / 0
    async with database.system() as connection:
        assert (await connection.execute(text("select count(*) from tenants"))).scalar_one() == 0


async def test_sessions_have_a_name_and_settings(database: Database) -> None:
    async with database.system() as connection:
        found = await connection.execute(
            text(
                "select current_setting('application_name'), current_setting('statement_timeout'),"
                " current_setting('jit')"
            )
        )
        assert tuple(found.one()) == ("docqa", "20s", "off")


async def test_transactions_run_side_by_side(database: Database) -> None:
    pids: set[int] = set()

    async def one() -> None:
        async with database.system() as connection:
            pids.add((await connection.execute(text("select pg_backend_pid() from pg_sleep(0.1)"))).scalar_one())

    async with anyio.create_task_group() as group:
        for _ in range(2):
            group.start_soon(one)
    assert len(pids) == 2
