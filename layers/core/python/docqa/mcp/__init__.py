"""Client of MCP servers (modelcontextprotocol.io): their tools, within limits that the operator sets."""
