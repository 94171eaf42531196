"""How GraphQL travels: over HTTP and over WebSockets."""

from transport.http_endpoint.view import GraphQLHttp
from transport.socket_endpoint.endpoint import GraphQLWebSocket

__all__ = ["GraphQLHttp", "GraphQLWebSocket"]
