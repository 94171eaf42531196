"""Servers without Docker, for `make run` and `make cluster`; not in the image."""
