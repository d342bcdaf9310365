"""Valkey, or any server of the Redis protocol: what may be forgotten and must never be waited for."""
