"""Both compose files on a real Docker engine: `make test-compose`."""
