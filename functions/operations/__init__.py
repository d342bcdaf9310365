"""Migrations on deploy; the janitor and the keeper of indexes on a schedule."""
