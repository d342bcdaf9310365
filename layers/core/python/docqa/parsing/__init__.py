"""Reads files into blocks: one module a format, found through the registry."""
