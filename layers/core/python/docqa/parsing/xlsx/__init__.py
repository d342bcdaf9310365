"""Workbooks, read as a stream of rows."""
