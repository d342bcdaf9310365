"""A package, for handlers with dots."""
