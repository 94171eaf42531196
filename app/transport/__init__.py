"""How GraphQL is carried: over HTTP and over WebSockets."""

from app.transport.http import GraphQLHttp
from app.transport.shared import SharedStreams
from app.transport.websocket import GraphQLWebSocket

__all__ = ["GraphQLHttp", "GraphQLWebSocket", "SharedStreams"]
