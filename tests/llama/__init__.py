"""A llama.cpp server with a small model, in an environment of its own."""
