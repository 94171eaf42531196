"""The caller of a socket, from its handshake and its connection_init."""

from starlette.websockets import WebSocket

from auth.tokens import Credentials
from transport.request_context import Caller, RequestHeaders
from transport.socket_endpoint.client_counts import client_network
from transport.socket_endpoint.frames import ConnectionInit

BEARER = "bearer "


def authorization_of(websocket: WebSocket, frame: ConnectionInit) -> str | None:
    """From connection_init, or else from the header of the handshake.

    Pages cannot set that header. The browser sends it by itself for a password that a
    proxy asked for. Its scheme is not Bearer, so it is ignored.
    """
    if frame.authorization is not None:
        return frame.authorization
    given = _header(websocket, b"authorization") or ""
    return given if given[: len(BEARER)].lower() == BEARER else None


def _header(websocket: WebSocket, name: bytes) -> str | None:
    return RequestHeaders(websocket.scope["headers"]).get(name)


def caller_of(
    websocket: WebSocket, frame: ConnectionInit, credentials: Credentials | None
) -> Caller:
    client = websocket.client
    if credentials is not None:
        reader: object = credentials.viewer.id
    else:
        # A proxy on this machine opens sockets for many clients.
        reader = client_network(websocket.scope) or id(websocket)
    return Caller(
        authorization_of(websocket, frame),
        frame.locale or _header(websocket, b"accept-language"),
        client and client.host,
        reader,
    )
