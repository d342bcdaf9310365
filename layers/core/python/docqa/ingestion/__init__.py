"""The stages of ingestion. Each is idempotent; its output is addressed by what went in."""
