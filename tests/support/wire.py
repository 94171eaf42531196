"""The HTTP protocol without a network: each piece arrives when the test says so."""

import asyncio
from collections.abc import Sequence
from typing import Any

import uvicorn
from starlette.types import ASGIApp
from uvicorn.server import ServerState

from transport.server.http_limits import BoundedHttp

PATIENCE_SECONDS = 60


class RecordedTransport(asyncio.Transport):
    """Notes what is written; the client at its other end reads all of it."""

    def __init__(self) -> None:
        super().__init__()
        self.written = b""
        self.is_paused = False
        self._closed = False
        self._protocol: asyncio.BaseProtocol | None = None

    def write(self, data: Any) -> None:
        if not self._closed:
            self.written += bytes(data)

    def close(self) -> None:
        self._closed = True

    def abort(self) -> None:
        self._closed = True

    def is_closing(self) -> bool:
        return self._closed

    def get_write_buffer_size(self) -> int:
        return 0

    def pause_reading(self) -> None:
        self.is_paused = True

    def resume_reading(self) -> None:
        self.is_paused = False

    def set_protocol(self, protocol: asyncio.BaseProtocol) -> None:
        self._protocol = protocol

    def get_protocol(self) -> asyncio.BaseProtocol:
        assert self._protocol
        return self._protocol


async def answers_to(app: ASGIApp, pieces: Sequence[bytes]) -> bytes:
    """All that is written, once nothing goes on any more."""
    config = uvicorn.Config(app, ws="websockets-sansio", log_config=None)
    config.load()
    state = ServerState()
    connection = BoundedHttp(config, state, {})
    transport = RecordedTransport()
    transport.set_protocol(connection)
    connection.connection_made(transport)
    for piece in pieces:
        if not transport.is_closing():
            transport.get_protocol().data_received(piece)  # type: ignore[attr-defined] # a Protocol
        await asyncio.sleep(0)
    async with asyncio.timeout(PATIENCE_SECONDS):
        while state.tasks:
            await asyncio.wait(list(state.tasks))
    transport.get_protocol().connection_lost(None)
    return transport.written
