"""A gate for the terminal: with a connection, and without one."""
