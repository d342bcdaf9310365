"""The HTTP face: app factory, dependencies, error shape, schemas and routes of the api and stream functions."""
