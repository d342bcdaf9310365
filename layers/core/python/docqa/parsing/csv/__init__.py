"""Delimited text, read as a stream of records."""
