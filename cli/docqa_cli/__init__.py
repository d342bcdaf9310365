"""The `docqa` command: a client of the HTTP contract, and the switch of the local stack."""
