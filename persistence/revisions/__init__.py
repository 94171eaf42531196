"""Changes of stored rows that only Python can compute, such as keys of text."""
