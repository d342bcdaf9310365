"""The ground floor: models, errors, ports, events and ids. Pydantic and the standard library only."""
