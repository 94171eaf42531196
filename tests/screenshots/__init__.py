"""Pictures of the page for customers."""
