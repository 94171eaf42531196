"""Accounts, identities and managers."""
