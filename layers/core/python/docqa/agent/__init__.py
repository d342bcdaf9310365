"""Answers questions from retrieved passages; `answerer.ExtractiveAnswerer` is the way in."""
