"""LocalStack in host mode: `plugin` runs inside LocalStack, `host` starts and looks after everything."""
