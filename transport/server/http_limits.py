"""uvicorn's HTTP protocol with limits on header bytes, request time, write time."""

import asyncio
from typing import ClassVar

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from transport.limits import ANSWER_SECONDS, MAX_HEAD_BYTES, REQUEST_SECONDS


class BoundedHttp(HttpToolsProtocol):
    """Closes connections that are too slow, and those that send too long a head.

    Every byte outside a body counts, except the chunk in which a request begins; the
    application limits bodies. A client that sends nothing, or one letter a minute, is
    disconnected. It may wait for the response as long as that takes, but has to read
    it in time: until then all of it is in our memory.
    """

    request_seconds: ClassVar[float] = REQUEST_SECONDS
    answer_seconds: ClassVar[float] = ANSWER_SECONDS
    _head_bytes = 0
    _write_deadline: asyncio.TimerHandle | None = None
    _request_deadline: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override] # as uvicorn does
        super().connection_made(transport)
        self._start_request_deadline()

    def connection_lost(self, exc: Exception | None) -> None:
        self._clear_request_deadline()
        self._clear_write_deadline()
        super().connection_lost(exc)

    def pause_writing(self) -> None:
        self._write_deadline = self.loop.call_later(
            self.answer_seconds, self.transport.abort
        )
        super().pause_writing()

    def resume_writing(self) -> None:
        self._clear_write_deadline()
        super().resume_writing()

    def handle_websocket_upgrade(self) -> None:
        """Refuses what is no handshake: nothing else would answer it, or close it."""
        self._clear_request_deadline()
        super().handle_websocket_upgrade()
        if not self.transport.get_protocol().handshake_initiated:  # type: ignore[attr-defined] # uvicorn's own
            self.send_400_response("That is no WebSocket handshake.")

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._head_bytes = 0
        if self._request_deadline is None:  # not the connection's first
            self._start_request_deadline()

    def on_message_complete(self) -> None:
        self._clear_request_deadline()
        super().on_message_complete()

    def on_body(self, body: bytes) -> None:
        self._head_bytes -= len(body)
        super().on_body(body)

    def data_received(self, data: bytes) -> None:
        self._head_bytes += len(data)
        super().data_received(data)
        if self._head_bytes > MAX_HEAD_BYTES and not self.transport.is_closing():
            self.send_400_response("The head of the request is too long.")

    def _start_request_deadline(self) -> None:
        self._request_deadline = self.loop.call_later(
            self.request_seconds, self.transport.close
        )

    def _clear_request_deadline(self) -> None:
        if self._request_deadline is not None:
            self._request_deadline.cancel()
            self._request_deadline = None

    def _clear_write_deadline(self) -> None:
        if self._write_deadline is not None:
            self._write_deadline.cancel()
            self._write_deadline = None
