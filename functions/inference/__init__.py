"""Embeds texts and scores pairs: the only function that carries models."""
