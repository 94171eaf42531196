"""GraphQL over WebSockets, by graphql-transport-ws only."""

from contextlib import suppress

from starlette.types import Receive, Scope, Send
from starlette.websockets import WebSocket, WebSocketDisconnect

from telemetry.process_metrics import SOCKETS
from telemetry.sale_metrics import RATE_LIMITED
from transport.close_codes import TRY_AGAIN_LATER
from transport.documents.persisted_queries import PersistedQueries
from transport.execution import Execution
from transport.outgoing_queue import MAX_MESSAGES, MAX_QUEUED_BYTES
from transport.plans.schema import PlannedSchema
from transport.request_context import ContextOf, CredentialsOf
from transport.server.socket_limits import CONNECTION_GONE
from transport.shared_maps.registry import SharedMaps
from transport.shares.known_documents import KnownDocuments
from transport.shares.read_shares import ReadShares
from transport.socket_endpoint.client_counts import (
    SocketCounts,
    TooManySocketsError,
    client_network,
)
from transport.socket_endpoint.connection import Socket, SocketLimits
from transport.socket_endpoint.subscription_runner import SubscriptionRunner

PROTOCOL = "graphql-transport-ws"


class GraphQLWebSocket:
    """An ASGI application for a starlette `WebSocketRoute`.

    The payload of connection_init carries the token. No cookie counts, so a page of
    another origin gains nothing by connecting, and the handshake's origin is not
    checked. A socket ends when the token that opened it expires.

    A client that falls behind costs no more than one bounded queue. A shared seat map
    drops what waits for it and goes on with a new map; other operations wait for room.
    A client that does not even read the answers to its own frames is closed with 1013,
    which clients take as "try again later".

    The end of a socket cancels its queries and subscriptions. Its mutations run to
    their end first, with nobody to answer. The call waits for them, and so does a
    server that stops gracefully.
    """

    def __init__(
        self,
        schema: PlannedSchema,
        context_of: ContextOf,
        credentials_of: CredentialsOf,
        shares: ReadShares | None = None,
        persisted: PersistedQueries | None = None,
        *,
        init_seconds: float = 10.0,
        max_operations: int = 100,
        max_messages: int = MAX_MESSAGES,
        max_bytes: int = MAX_QUEUED_BYTES,
        max_sockets_per_address: int = 500,
    ) -> None:
        shares = shares or ReadShares()
        self.shared_maps = SharedMaps(schema, context_of, shares)
        execution = Execution(schema, context_of)
        documents = KnownDocuments(schema, shares, persisted)
        self._runner = SubscriptionRunner(
            execution, self.shared_maps, documents, shares
        )
        self._credentials_of = credentials_of
        self._limits = SocketLimits(
            init_seconds=init_seconds,
            operations=max_operations,
            messages=max_messages,
            bytes=max_bytes,
        )
        self._sockets: set[Socket] = set()
        self._clients = SocketCounts(max_sockets_per_address)

    def __len__(self) -> int:
        """How many sockets are open."""
        return len(self._sockets)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        websocket = WebSocket(scope, receive, send)
        if PROTOCOL not in scope["subprotocols"]:
            await _refuse(websocket, None, 4406, "Subprotocol not acceptable")
            return
        try:
            with self._clients.count(client_network(scope)), SOCKETS.track_inprogress():
                await self._serve(websocket)
                await _gone(scope)
        except TooManySocketsError:
            RATE_LIMITED.labels("sockets_of_an_address").inc()
            reason = "Too many sockets from your address"
            await _refuse(websocket, PROTOCOL, TRY_AGAIN_LATER, reason)

    async def _serve(self, websocket: WebSocket) -> None:
        try:
            await websocket.accept(PROTOCOL)
        except (WebSocketDisconnect, OSError):
            return
        socket = Socket(websocket, self._credentials_of, self._runner, self._limits)
        self._sockets.add(socket)
        try:
            await socket.run()
        finally:
            self._sockets.discard(socket)


async def _gone(scope: Scope) -> None:
    """Until then it counts: what the client does not read is in our memory."""
    gone = scope.get("extensions", {}).get(CONNECTION_GONE)
    if gone is not None:
        await gone.wait()


async def _refuse(
    websocket: WebSocket, protocol: str | None, code: int, reason: str
) -> None:
    """Accepts first: otherwise the client sees only a failed handshake."""
    with suppress(WebSocketDisconnect, OSError):
        await websocket.accept(protocol)
        await websocket.close(code, reason)
