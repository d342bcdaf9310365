"""Route modules, each with a `router`; the functions decide which of them they serve."""
