"""The engine: few connections that live as long as the Lambda environment, checked before use where that is free.

Every table is under row-level security, and a connection starts in the role `docqa_tenant`, which sees the rows of the
tenant that its transaction names and none without a name. So a statement that forgets its tenant finds nothing. What
works for all tenants (signing in, the janitor, building indexes) says so by `system()`.
"""

import select
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import UUID

from sqlalchemy import exc, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine

from docqa.database.errors import translated

IDLE_CHECK_S = 30.0
"""After this long unused (a frozen environment, a network that forgets) a connection is asked before use."""

_LAST_USED = "docqa_last_used"
_ENTER = text("select set_config('docqa.tenant_id', :tenant_id, true)")


def sqlalchemy_url(url: str) -> URL:
    """`postgresql://…` as the secret holds it, for SQLAlchemy with psycopg 3."""
    return make_url(url).set(drivername="postgresql+psycopg")


class Database:
    """Transactions on PostgreSQL. Use one from one event loop; nothing connects before the first transaction."""

    def __init__(
        self,
        url: str,
        *,
        application_name: str = "docqa",
        pool_size: int = 2,
        statement_timeout_s: float = 20.0,
        connect_timeout_s: int = 5,
    ) -> None:
        self._engine = create_async_engine(
            sqlalchemy_url(url),
            pool_size=pool_size,
            max_overflow=0,
            pool_timeout=connect_timeout_s,
            pool_use_lifo=True,
            hide_parameters=True,  # an error's text reaches the log, and what was asked or stored must not
            connect_args={
                "application_name": application_name,
                "connect_timeout": connect_timeout_s,
                # A peer that vanished without a word is noticed in seconds, not after the kernel's minutes.
                "tcp_user_timeout": connect_timeout_s * 1000,
                # Compiling a plan to machine code costs more than the whole search that it would speed up.
                "options": f"-c role=docqa_tenant -c statement_timeout={int(statement_timeout_s * 1000)} -c jit=off"
                # Searches come side by side, so that starting workers for one costs more than they bring.
                " -c max_parallel_workers_per_gather=0"
                " -c hnsw.iterative_scan=strict_order",
                # Plans are made for the values at hand; server-side statements would also pin a proxied connection.
                "prepare_threshold": None,
            },
        )

    @asynccontextmanager
    async def transaction(self, tenant_id: UUID) -> AsyncIterator[AsyncConnection]:
        """One transaction on the rows of one tenant: committed at the end, rolled back on any exception.

        Raises DependencyUnavailable. A broken connection is replaced once, before anything was sent; nothing that may
        have been done is done twice.
        """
        async with self._begun() as connection:
            await connection.execute(_ENTER, {"tenant_id": str(tenant_id)})
            yield connection

    @asynccontextmanager
    async def system(self) -> AsyncIterator[AsyncConnection]:
        """One transaction on the rows of all tenants; otherwise like `transaction`."""
        async with self._begun() as connection:
            await connection.execute(text("set local role docqa_system"))
            yield connection

    @asynccontextmanager
    async def owner(self) -> AsyncIterator[AsyncConnection]:
        """A connection of its own that owns the tables, without a transaction or a time limit: to build indexes.

        Rows are hidden from it as from everybody else. Raises DependencyUnavailable.
        """
        with translated():
            async with self._engine.connect() as pooled:
                connection = await pooled.execution_options(isolation_level="AUTOCOMMIT")
                await connection.execute(text("set role none"))
                await connection.execute(text("set statement_timeout = 0"))
                try:
                    yield connection
                finally:
                    await connection.invalidate()  # what was set must not reach the next user of the connection

    async def ping(self) -> None:
        """Raises DependencyUnavailable."""
        async with self._begun() as connection:
            await connection.execute(text("select 1"))

    @asynccontextmanager
    async def _begun(self) -> AsyncIterator[AsyncConnection]:
        with translated():
            connection = await self._checked_connection()
            try:
                async with connection.begin():
                    yield connection
            finally:
                await self._give_back(connection)

    async def dispose(self) -> None:
        """Close all connections."""
        await self._engine.dispose()

    async def _checked_connection(self) -> AsyncConnection:
        connection = await self._engine.connect()
        if not await _suspicious(connection):
            return connection
        try:
            await connection.execute(text("select 1"))
            await connection.rollback()
        except exc.DBAPIError as error:
            await connection.close()
            if not error.connection_invalidated:
                raise
            # SQLAlchemy has thrown away every connection that is as old as the broken one: this one is new.
            return await self._engine.connect()
        return connection

    async def _give_back(self, connection: AsyncConnection) -> None:
        if not connection.invalidated:
            (await connection.get_raw_connection()).info[_LAST_USED] = time.time()
        await connection.close()


async def _suspicious(connection: AsyncConnection) -> bool:
    """Whether an idle connection may be dead: unused for long, or with something to read (the server's good-bye)."""
    raw = await connection.get_raw_connection()
    last_used = raw.info.get(_LAST_USED)
    if last_used is None:
        return False
    driver = raw.driver_connection
    if driver is None or time.time() - last_used > IDLE_CHECK_S:
        return True
    poll = select.poll()
    poll.register(driver.pgconn.socket, select.POLLIN)
    return bool(poll.poll(0))
