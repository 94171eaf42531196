"""HTTP as uvicorn speaks it, to an end: itself it bounds neither bytes nor time."""

import asyncio
from typing import ClassVar

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from transport.limits import ANSWER_SECONDS, MAX_HEAD_BYTES, REQUEST_SECONDS


class BoundedHttp(HttpToolsProtocol):
    """What is no body counts, but for the first that is read of a request.

    Bodies are the application's to bound. Who says nothing, or one letter a minute,
    has the connection closed; to wait for an answer one may take as long as it does,
    but not to read it: until then all of it waits in our memory.
    """

    request_seconds: ClassVar[float] = REQUEST_SECONDS
    answer_seconds: ClassVar[float] = ANSWER_SECONDS
    _head_bytes = 0
    _reading: asyncio.TimerHandle | None = None
    _deadline: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override] # as uvicorn does
        super().connection_made(transport)
        self._expect_a_request()

    def connection_lost(self, exc: Exception | None) -> None:
        self._expect_nothing()
        self._is_read()
        super().connection_lost(exc)

    def pause_writing(self) -> None:
        self._reading = self.loop.call_later(self.answer_seconds, self.transport.abort)
        super().pause_writing()

    def resume_writing(self) -> None:
        self._is_read()
        super().resume_writing()

    def handle_websocket_upgrade(self) -> None:
        """What is no handshake is refused: nobody would answer it, or end it."""
        self._expect_nothing()
        super().handle_websocket_upgrade()
        if not self.transport.get_protocol().handshake_initiated:  # type: ignore[attr-defined] # uvicorn's own
            self.send_400_response("That is no WebSocket handshake.")

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._head_bytes = 0
        if self._deadline is None:  # not the connection's first
            self._expect_a_request()

    def on_message_complete(self) -> None:
        self._expect_nothing()
        super().on_message_complete()

    def on_body(self, body: bytes) -> None:
        self._head_bytes -= len(body)
        super().on_body(body)

    def data_received(self, data: bytes) -> None:
        self._head_bytes += len(data)
        super().data_received(data)
        if self._head_bytes > MAX_HEAD_BYTES and not self.transport.is_closing():
            self.send_400_response("The head of the request is too long.")

    def _expect_a_request(self) -> None:
        self._deadline = self.loop.call_later(
            self.request_seconds, self.transport.close
        )

    def _expect_nothing(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _is_read(self) -> None:
        if self._reading is not None:
            self._reading.cancel()
            self._reading = None
