"""A stand-in for Stripe: the calls that our adapter makes, on this machine."""
