"""Migrations on deploy, and the janitor on a schedule."""
