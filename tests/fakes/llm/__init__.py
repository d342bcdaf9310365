"""The vendors' APIs as their public specifications describe them, on ports of this machine."""
