"""Measurements of the deployed stack. `python -m benchmarks` runs them and writes RESULTS.md."""
