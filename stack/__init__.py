"""The servers without Docker: `make run` and `make cluster`. Not part of the image."""
