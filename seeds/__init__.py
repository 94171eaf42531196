"""Demo data: a cinema network with two weeks of sessions."""
