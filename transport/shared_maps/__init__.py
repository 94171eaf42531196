"""Seat maps that are executed once for all their watchers."""
