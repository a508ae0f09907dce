"""The parts of the kill loop: what the user was told, the worker that is killed, the checker that looks at what is left."""
