"""uvicorn's WebSocket protocol, which disconnects clients that do not read."""

import asyncio
from typing import TYPE_CHECKING, Any, cast

from uvicorn.protocols.utils import ClientDisconnected
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.protocol import OPEN

from transport.close_codes import TRY_AGAIN_LATER
from transport.limits import LINGER_SECONDS
from transport.text_writer import TextWriter

if TYPE_CHECKING:
    from uvicorn._types import ASGISendEvent

    from transport.server.lingering_transport import LingeringTransport

# Keys in scope["extensions"].
CONNECTION_GONE = "connection.gone"  # an asyncio.Event
TEXT_WRITER = "connection.text_writer"  # a TextWriter
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
        lingering = cast("LingeringTransport", transport)
        lingering.linger_seconds = self.linger_seconds
        super().connection_made(transport)
        self._text_writer = TextWriter(lingering.transport)

    def connection_lost(self, exc: Exception | None) -> None:
        self._gone.set()
        self._text_writer.is_ready = False
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        self._update_writer()

    def pause_writing(self) -> None:
        super().pause_writing()
        self._update_writer()

    def resume_writing(self) -> None:
        super().resume_writing()
        self._update_writer()

    def shutdown(self) -> None:
        super().shutdown()
        self._update_writer()

    def _update_writer(self) -> None:
        """After everything that may change whether a message can be written."""
        self._text_writer.is_ready = (
            self.writable.is_set() and self.conn.state is OPEN and not self.disconnected
        )

    async def run_asgi(self) -> None:
        extensions = cast("dict[str, Any]", self.scope["extensions"])
        extensions[CONNECTION_GONE] = self._gone
        if not self.conn.extensions:  # none that changes what is written
            extensions[TEXT_WRITER] = self._text_writer
        await super().run_asgi()

    async def send(self, message: "ASGISendEvent") -> None:
        if message["type"] == "websocket.close":
            self.writable.set()  # it is small, and it is the last message
        else:
            await self.writable.wait()
            if self.close_sent and self.handshake_complete:
                raise ClientDisconnected  # the application does not know it yet
        await super().send(message)
        if message["type"] != "websocket.send":
            self._update_writer()

    def keepalive_timeout(self) -> None:
        self.pong_timer = None
        self.pending_ping_payload = None
        if self.close_sent or self.transport.is_closing():
            return
        reason = "Ping timeout"
        self.conn.fail(TRY_AGAIN_LATER, reason)
        self.transport.write(b"".join(self.conn.data_to_send()))
        self.close_sent = True
        self._update_writer()
        self.queue.put_nowait(
            {
                "type": "websocket.disconnect",
                "code": TRY_AGAIN_LATER,
                "reason": reason,
            }
        )
        self.transport.close()
