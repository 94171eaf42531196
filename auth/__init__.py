"""Who sends a request: tokens, signing keys, passwords, sign-in through providers."""
