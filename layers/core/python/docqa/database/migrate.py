"""Bring the database to the newest schema. Safe to run from several places at once."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, create_engine, text
from sqlalchemy.pool import NullPool

from docqa.database.connection import sqlalchemy_url
from docqa.database.errors import translated

_LOCK = 7_203_114_501
"""Any number that nothing else in this database uses for an advisory lock."""


def alembic_config() -> Config:
    """Alembic without an ini file: the scripts lie beside this module."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations").replace("%", "%%"))
    return config


def upgrade(url: str, *, revision: str = "head") -> str:
    """Run what is missing, in one transaction; the revision that the database has now. Raises DependencyUnavailable."""
    engine = create_engine(
        sqlalchemy_url(url),
        poolclass=NullPool,
        hide_parameters=True,
        connect_args={"application_name": "docqa-migrate", "connect_timeout": 10},
    )
    with translated(), engine.begin() as connection:
        # Held until the transaction ends: a second migration waits, then finds nothing to do.
        connection.execute(text("select pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
        config = alembic_config()
        config.attributes["connection"] = connection
        command.upgrade(config, revision)
        return _current(connection)


def _current(connection: Connection) -> str:
    return str(connection.execute(text("select version_num from alembic_version")).scalar_one())
