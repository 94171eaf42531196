"""GraphQL documents: parsed once, measured, limited."""
