"""JSON Lines: each line a record (https://jsonlines.org)."""
