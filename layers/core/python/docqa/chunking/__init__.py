"""Cuts the blocks of a document into passages to embed, find and cite."""
