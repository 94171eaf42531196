"""Changes of stored rows that need Python, or that older programs leave out."""
