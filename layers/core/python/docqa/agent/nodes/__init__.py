"""The nodes of the agent, one a file: each takes the state and the tools, and returns what it changed of the state."""
