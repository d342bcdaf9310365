"""Language models: one port, one file a provider, and the router that chooses among them."""
