raise RuntimeError("configuration is missing")
