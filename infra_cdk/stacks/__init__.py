"""Stacks only compose capabilities and connect them."""
