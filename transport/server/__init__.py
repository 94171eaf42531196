"""Limits and graceful stop of the server process."""
