"""How GraphQL travels: over HTTP and over WebSockets."""

from transport.http_endpoint.view import GraphQLHttp
from transport.shared_maps.registry import SharedMaps
from transport.socket_endpoint.endpoint import GraphQLWebSocket

__all__ = ["GraphQLHttp", "GraphQLWebSocket", "SharedMaps"]
