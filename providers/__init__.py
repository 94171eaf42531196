"""Payment providers: an adapter for each, and where their messages arrive."""
