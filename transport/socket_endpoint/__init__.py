"""GraphQL over WebSockets."""
