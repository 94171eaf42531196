"""Load on a running server, from this machine alone: what it bears, and if it errs."""
