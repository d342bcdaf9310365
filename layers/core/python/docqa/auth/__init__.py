"""Passwords (bcrypt) and access tokens (JWT)."""
