"""A chat in the terminal, on the same events as everywhere."""
