"""Demo data that looks like a real cinema network."""
