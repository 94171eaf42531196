"""The load test: measures a server on this machine and checks its answers."""
