"""Who is on a socket, by its handshake and its connection_init."""

from starlette.websockets import WebSocket

from auth.tokens import Credentials
from transport.request_context import Caller
from transport.socket_endpoint.client_counts import client_network
from transport.socket_endpoint.frames import ConnectionInit

BEARER = "bearer "


def authorization_of(websocket: WebSocket, frame: ConnectionInit) -> str | None:
    """That of connection_init, or else of the handshake, which browsers cannot set.

    There a browser sends what a proxy asked a person for, by another scheme.
    """
    if frame.authorization is not None:
        return frame.authorization
    header: str = websocket.headers.get("authorization", "")
    return header if header[: len(BEARER)].lower() == BEARER else None


def caller_of(
    websocket: WebSocket, frame: ConnectionInit, credentials: Credentials | None
) -> Caller:
    client = websocket.client
    if credentials is not None:
        reader: object = credentials.viewer.id
    else:
        # On this machine a proxy has sockets for many clients.
        reader = client_network(websocket.scope) or id(websocket)
    return Caller(
        authorization_of(websocket, frame),
        frame.locale or websocket.headers.get("accept-language"),
        client and client.host,
        reader,
    )
