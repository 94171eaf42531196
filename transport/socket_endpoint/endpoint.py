"""GraphQL over WebSockets: graphql-transport-ws, and nothing older."""

from contextlib import suppress

from starlette.types import Receive, Scope, Send
from starlette.websockets import WebSocket, WebSocketDisconnect
from strawberry import Schema

from telemetry.process_metrics import SOCKETS
from telemetry.sale_metrics import RATE_LIMITED
from transport.execution import Execution
from transport.request_context import ContextOf, CredentialsOf
from transport.shared_maps.registry import SharedStreams
from transport.socket_endpoint.client_counts import (
    SocketsByClient,
    TooManySocketsError,
    client_of,
)
from transport.socket_endpoint.connection import Limits, Socket
from transport.socket_endpoint.outgoing_queue import MAX_CHARACTERS, MAX_MESSAGES
from transport.socket_endpoint.subscription_runner import Feeding

PROTOCOL = "graphql-transport-ws"


class GraphQLWebSocket:
    """An ASGI application for a starlette `WebSocketRoute`.

    Who asks is said in the payload of connection_init, never by a cookie, so a page of
    another origin gains nothing by connecting: the handshake's origin is not looked at.
    A socket ends with the token that it was opened with.

    A reader who falls behind costs no more than one bounded queue. A shared seat map
    drops what waits and goes on with a new map; other operations wait for room; and who
    does not even read the answers to its own frames is closed with 1013, which clients
    take as "try again later".

    The end of a socket ends its subscriptions. Its queries and mutations are finished
    first, unheard, and this waits for them: so does a server that stops gracefully.
    """

    def __init__(
        self,
        schema: Schema,
        context_of: ContextOf,
        credentials_of: CredentialsOf,
        *,
        init_seconds: float = 10.0,
        max_operations: int = 100,
        max_messages: int = MAX_MESSAGES,
        max_characters: int = MAX_CHARACTERS,
        max_sockets_per_address: int = 500,
    ) -> None:
        self.shared = SharedStreams(schema, context_of)
        self._feeding = Feeding(Execution(schema, context_of), self.shared)
        self._credentials_of = credentials_of
        self._limits = Limits(
            init_seconds=init_seconds,
            operations=max_operations,
            messages=max_messages,
            characters=max_characters,
        )
        self._sockets: set[Socket] = set()
        self._clients = SocketsByClient(max_sockets_per_address)

    def __len__(self) -> int:
        """How many sockets are open."""
        return len(self._sockets)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        websocket = WebSocket(scope, receive, send)
        if PROTOCOL not in scope["subprotocols"]:
            await _refuse(websocket, None, 4406, "Subprotocol not acceptable")
            return
        try:
            with self._clients.another(client_of(scope)), SOCKETS.track_inprogress():
                await self._serve(websocket)
        except TooManySocketsError:
            RATE_LIMITED.labels("sockets_of_an_address").inc()
            reason = "Too many sockets from your address"
            await _refuse(websocket, PROTOCOL, 1013, reason)

    async def _serve(self, websocket: WebSocket) -> None:
        try:
            await websocket.accept(PROTOCOL)
        except (WebSocketDisconnect, OSError):
            return
        socket = Socket(websocket, self._credentials_of, self._feeding, self._limits)
        self._sockets.add(socket)
        try:
            await socket.run()
        finally:
            self._sockets.discard(socket)


async def _refuse(
    websocket: WebSocket, protocol: str | None, code: int, reason: str
) -> None:
    """Once it is accepted: before, a client would see only a failed handshake."""
    with suppress(WebSocketDisconnect, OSError):
        await websocket.accept(protocol)
        await websocket.close(code, reason)
