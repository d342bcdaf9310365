"""Alembic's entry: runs on the connection that `docqa.database.migrate` hands over, inside its transaction."""

from alembic import context

from docqa.database.tables import metadata

connection = context.config.attributes.get("connection")
if connection is None:
    raise RuntimeError("Run the migrations through docqa.database.migrate.upgrade(url)")
context.configure(connection=connection, target_metadata=metadata)
context.run_migrations()
