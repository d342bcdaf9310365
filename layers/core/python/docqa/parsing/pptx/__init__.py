"""Presentations, read from their XML."""
