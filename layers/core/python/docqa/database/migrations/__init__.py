"""Alembic's scripts; `docqa.database.migrate` runs them."""
