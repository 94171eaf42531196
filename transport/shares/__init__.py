"""Reads are admitted in fair shares of what the event loop spent on them."""
