"""uvicorn's WebSocket protocol, for clients that do not read, or send too much."""

import asyncio
from collections.abc import Hashable
from typing import TYPE_CHECKING, Any, cast

from uvicorn.protocols.utils import ClientDisconnected
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.protocol import OPEN

from runtime.turns import Turns
from transport.close_codes import TRY_AGAIN_LATER
from transport.limits import LINGER_SECONDS
from transport.server.request_lines import TURNS
from transport.text_writer import TextWriter

if TYPE_CHECKING:
    from uvicorn._types import ASGIReceiveEvent, ASGISendEvent

    from transport.server.lingering_transport import LingeringTransport

# Keys in scope["extensions"].
CONNECTION_GONE = "connection.gone"  # an asyncio.Event
TEXT_WRITER = "connection.text_writer"  # a TextWriter
FRAME_LINE = "connection.line"  # a FrameLine
CLOSE_REPLY_SECONDS = 3.0
# Of frames, in one turn: a subscription with its document, or some twenty short frames.
PIECE_BYTES = 4_096


class FrameLine:
    """In which line the frames of a socket wait. The application knows its client."""

    __slots__ = ("name",)

    def __init__(self, name: Hashable) -> None:
        self.name = name


class BoundedSocket(WebSocketsSansIOProtocol):
    """After a close the client has to read what we have written, or is reset.

    uvicorn would wait for ever, also when it stops. A close by the application would
    wait until the client has read something. And uvicorn closes with 1011 if a client
    does not answer pings: graphql-ws then gives up, although a laptop that slept could
    connect again.

    Frames are read in turns, with the requests of a crowd: hundreds of sockets may send
    hundreds of frames each at the same moment.
    """

    linger_seconds = LINGER_SECONDS

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.close_timeout = min(CLOSE_REPLY_SECONDS, self.linger_seconds)
        self._gone = asyncio.Event()
        self._turns: Turns | None = self.app_state.get(TURNS)
        self._unread = b""  # received, and waiting for a turn
        self._has_place = False  # among those that wait

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # Ours, from the HTTP protocol that read the handshake.
        lingering = cast("LingeringTransport", transport)
        lingering.linger_seconds = self.linger_seconds
        super().connection_made(transport)
        self._text_writer = TextWriter(lingering.transport)
        self._line = FrameLine(self.client and self.client[0])

    def connection_lost(self, exc: Exception | None) -> None:
        self._gone.set()
        self._text_writer.is_ready = False
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if self._turns is None or not self.handshake_initiated:
            super().data_received(data)
            self._update_writer()
            return
        self._unread += data
        if self._may_read():
            self._has_place = True
            self._turns.call(self._read, [self._line.name])
        self._hold_back()

    async def receive(self) -> "ASGIReceiveEvent":
        message = await super().receive()
        self._read_on()
        return message

    def _may_read(self) -> bool:
        return bool(self._unread) and not self._has_place and self._is_handled()

    def _is_handled(self) -> bool:
        """What has been read. After our close that is nothing but the client's."""
        return self.close_sent or self.queue.empty()

    def _read(self) -> None:
        self._has_place = False
        piece = self._unread[:PIECE_BYTES]
        self._unread = self._unread[PIECE_BYTES:]
        if self.transport.is_closing():
            return
        super().data_received(piece)
        self._update_writer()
        self._read_on()

    def _read_on(self) -> None:
        if self._turns is not None and self._may_read():
            self._has_place = True
            self._turns.line_up(self._read, [self._line.name])
        self._hold_back()

    def _hold_back(self) -> None:
        """The client sends no more until all that it has sent was read."""
        if self._unread and not self.read_paused:
            self.read_paused = True
            self.transport.pause_reading()
        elif self.read_paused and not self._unread and self._is_handled():
            self.read_paused = False
            self.transport.resume_reading()

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
        extensions[FRAME_LINE] = self._line
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
            self._read_on()

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
