"""uvicorn's WebSocket protocol, which disconnects clients that do not read."""

import asyncio
from typing import TYPE_CHECKING, Any, cast

from uvicorn.protocols.utils import ClientDisconnected
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

from transport.close_codes import TRY_AGAIN_LATER
from transport.limits import LINGER_SECONDS

if TYPE_CHECKING:
    from uvicorn._types import ASGISendEvent

    from transport.server.lingering_transport import LingeringTransport

# The key in scope["extensions"] of an asyncio.Event: the connection has gone.
CONNECTION_GONE = "connection.gone"
CLOSE_REPLY_SECONDS = 3.0


class BoundedSocket(WebSocketsSansIOProtocol):
    """After a close the client has to read what we have written, or is reset.

    uvicorn would wait for ever, also when it stops. A close by the application would
    wait until the client has read something. And uvicorn closes with 1011 if a client
    does not answer pings: graphql-ws then gives up, although a laptop that slept could
    connect again.
    """

    linger_seconds = LINGER_SECONDS

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.close_timeout = min(CLOSE_REPLY_SECONDS, self.linger_seconds)
        self._gone = asyncio.Event()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # Ours, from the HTTP protocol that read the handshake.
        cast("LingeringTransport", transport).linger_seconds = self.linger_seconds
        super().connection_made(transport)

    def connection_lost(self, exc: Exception | None) -> None:
        self._gone.set()
        super().connection_lost(exc)

    async def run_asgi(self) -> None:
        cast("dict[str, Any]", self.scope["extensions"])[CONNECTION_GONE] = self._gone
        await super().run_asgi()

    async def send(self, message: "ASGISendEvent") -> None:
        if message["type"] == "websocket.close":
            self.writable.set()  # it is small, and it is the last message
        else:
            await self.writable.wait()
            if self.close_sent and self.handshake_complete:
                raise ClientDisconnected  # the application does not know it yet
        await super().send(message)

    def keepalive_timeout(self) -> None:
        self.pong_timer = None
        self.pending_ping_payload = None
        if self.close_sent or self.transport.is_closing():
            return
        reason = "Ping timeout"
        self.conn.fail(TRY_AGAIN_LATER, reason)
        self.transport.write(b"".join(self.conn.data_to_send()))
        self.close_sent = True
        self.queue.put_nowait(
            {
                "type": "websocket.disconnect",
                "code": TRY_AGAIN_LATER,
                "reason": reason,
            }
        )
        self.transport.close()
