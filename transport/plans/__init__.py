"""Plans: a document is compiled once, and then runs without being interpreted."""
