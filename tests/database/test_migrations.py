"""The migrations make what the code expects, from nothing, once, also when started twice at the same time."""

from concurrent.futures import ThreadPoolExecutor

import psycopg
from alembic import command
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine

from docqa.database.connection import sqlalchemy_url
from docqa.database.migrate import alembic_config, upgrade
from docqa.database.tables import metadata
from tests.database.conftest import create_database
from tests.database.server import PostgresServer

CATALOG = """
    select 'column', c.relname, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull::text,
           a.attidentity::text, a.attstorage::text, pg_get_expr(d.adbin, d.adrelid)
      from pg_attribute a
      join pg_class c on c.oid = a.attrelid and c.relkind = 'r' and c.relnamespace = 'public'::regnamespace
      left join pg_attrdef d on d.adrelid = c.oid and d.adnum = a.attnum
     where a.attnum > 0 and not a.attisdropped and c.relname <> 'alembic_version'
    union all
    select 'constraint', conrelid::regclass::text, conname, pg_get_constraintdef(oid), '', '', '', ''
      from pg_constraint where connamespace = 'public'::regnamespace and conrelid::regclass::text <> 'alembic_version'
    union all
    select 'index', tablename, indexname, indexdef, '', '', '', ''
      from pg_indexes where schemaname = 'public' and tablename <> 'alembic_version'
"""


def catalog(url: str) -> set[tuple[str, ...]]:
    with psycopg.connect(url) as connection:
        return set(connection.execute(CATALOG).fetchall())


def test_migrated_database_is_what_the_tables_say(postgres: PostgresServer) -> None:
    migrated, declared = (create_database(postgres) for _ in range(2))
    upgrade(migrated)
    with psycopg.connect(declared) as connection:
        connection.execute("create extension vector")
    engine = create_engine(sqlalchemy_url(declared))
    metadata.create_all(engine)
    engine.dispose()
    assert catalog(migrated) == catalog(declared)


def test_alembic_finds_no_drift(database_url: str) -> None:
    engine = create_engine(sqlalchemy_url(database_url))
    with engine.begin() as connection:
        config = alembic_config()
        config.attributes["connection"] = connection
        command.check(config)
    engine.dispose()


def test_upgrades_at_the_same_time_wait_for_each_other(postgres: PostgresServer) -> None:
    url = create_database(postgres)
    with ThreadPoolExecutor(4) as pool:
        revisions = set(pool.map(lambda _: upgrade(url), range(4)))
    assert revisions == {ScriptDirectory.from_config(alembic_config()).get_current_head()}


def test_downgrade_leaves_nothing(postgres: PostgresServer) -> None:
    url = create_database(postgres)
    upgrade(url)
    engine = create_engine(sqlalchemy_url(url))
    with engine.begin() as connection:
        config = alembic_config()
        config.attributes["connection"] = connection
        command.downgrade(config, "base")
    engine.dispose()
    assert catalog(url) == set()
