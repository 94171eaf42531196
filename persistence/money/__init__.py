"""Attempts to pay through a provider, calls to it, its events, and refunds."""
