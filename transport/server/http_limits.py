"""uvicorn's HTTP protocol with limits. It refuses what servers read differently."""

import asyncio
from http import HTTPStatus
from typing import ClassVar, cast

from httptools import HttpParserError, HttpParserUpgrade, HttpRequestParser
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

from transport.limits import (
    ANSWER_SECONDS,
    LINGER_SECONDS,
    MAX_BYTES,
    MAX_HEAD_BYTES,
    REQUEST_SECONDS,
)
from transport.server.answer_headers import ALWAYS
from transport.server.connection_loss import CONNECTION_LOSS, ConnectionLoss
from transport.server.lingering_transport import LingeringTransport
from transport.server.request_head import (
    RefusedHeadError,
    asks_for_websocket,
    check_head,
    head_without_upgrade,
)
from transport.server.request_lines import TURNS, lines_of

NO_HTTP = RefusedHeadError(HTTPStatus.BAD_REQUEST, "This is not an HTTP request.")
NO_HANDSHAKE = RefusedHeadError(
    HTTPStatus.BAD_REQUEST, "This is not a WebSocket handshake."
)
TOO_LONG = RefusedHeadError(
    HTTPStatus.BAD_REQUEST, "The head of the request is too long."
)


class BoundedHttp(HttpToolsProtocol):
    """Closes connections that are too slow, and refuses heads that are wrong.

    A client that sends nothing, or one letter a minute, is disconnected. It may wait
    for the response without a limit, but has to read it in time: until then all of it
    is in our memory.

    An offer to upgrade to anything but WebSocket is ignored, and the request is
    answered. uvicorn would read the body as the next request, because httptools reads
    no body after such a head. So the head is parsed again without the offer.
    """

    request_seconds: ClassVar[float] = REQUEST_SECONDS
    answer_seconds: ClassVar[float] = ANSWER_SECONDS
    linger_seconds: ClassVar[float] = LINGER_SECONDS
    # Outside of bodies, since the chunk in which the request began.
    _head_bytes = 0
    _unread = b""  # received, and waiting for its turn
    _write_deadline: asyncio.TimerHandle | None = None
    _request_deadline: asyncio.TimerHandle | None = None
    _is_incomplete = False  # the request that is read
    _lingering: LingeringTransport

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override] # as uvicorn does
        self._lingering = LingeringTransport(transport, self.loop, self.answer_seconds)
        super().connection_made(cast("asyncio.Transport", self._lingering))
        self._loss = ConnectionLoss()
        self._extensions = {CONNECTION_LOSS: cast("dict[object, object]", self._loss)}
        self._start_request_deadline()

    def connection_lost(self, exc: Exception | None) -> None:
        self._clear_request_deadline()
        self._clear_write_deadline()
        super().connection_lost(exc)
        self._loss.happen()

    def pause_writing(self) -> None:
        self._write_deadline = self.loop.call_later(
            self.answer_seconds, self.transport.abort
        )
        super().pause_writing()

    def resume_writing(self) -> None:
        self._clear_write_deadline()
        super().resume_writing()

    def timeout_keep_alive_handler(self) -> None:
        self._lingering.linger_seconds = self.linger_seconds
        super().timeout_keep_alive_handler()

    def shutdown(self) -> None:
        self._read()  # nobody answers it later
        self._lingering.linger_seconds = self.linger_seconds
        super().shutdown()

    def data_received(self, data: bytes) -> None:
        self._unset_keepalive_if_required()
        turns = self.app_state.get(TURNS)
        if self._unread or turns is None:
            self._unread += data
            if turns is None:
                self._read()
            elif len(self._unread) > MAX_BYTES:
                self.flow.pause_reading()
        else:
            self._unread = data
            turns.call(self._read, lines_of(data))

    def _read(self) -> None:
        data, self._unread = self._unread, b""
        if self.transport.is_closing():
            return
        if len(data) > MAX_BYTES:
            self.flow.resume_reading()
        # An answer that ended while the request waited has started this timer.
        self._unset_keepalive_if_required()
        self._head_bytes += len(data)
        try:
            self._feed(data)
            if self._head_bytes > MAX_HEAD_BYTES:
                raise TOO_LONG
            # Most requests arrive in one piece, and are complete now.
            if self._is_incomplete and self._request_deadline is None:
                self._start_request_deadline()
        except RefusedHeadError as refused:
            self._refuse(refused)
        except HttpParserError as error:
            reason = error.__context__  # what a callback raised
            self._refuse(reason if isinstance(reason, RefusedHeadError) else NO_HTTP)

    def _feed(self, data: bytes) -> None:
        rest = memoryview(data)
        while rest:
            try:
                self.parser.feed_data(rest)
            except HttpParserUpgrade as offer:
                rest = rest[offer.args[0] :]
                if self._should_upgrade():
                    self.handle_websocket_upgrade()
                    self.transport.get_protocol().data_received(bytes(rest))  # type: ignore[attr-defined] # it is one
                    return
                head = head_without_upgrade(*self._head())
                self.parser = HttpRequestParser(self)  # the old one may not accept more
                self.parser.set_dangerous_leniencies(lenient_data_after_close=True)
                self.parser.feed_data(head)
            else:
                return

    def _head(self) -> tuple[bytes, str, bytes, list[tuple[bytes, bytes]]]:
        parser = self.parser
        return (
            parser.get_method(),
            parser.get_http_version(),
            self.url,
            self.headers,
        )

    def _should_upgrade(self) -> bool:
        return asks_for_websocket(self.parser.get_http_version(), self.headers)

    def handle_websocket_upgrade(self) -> None:
        """Refuses what is not a handshake: nothing else answers or closes it."""
        self._clear_request_deadline()
        self._lingering.linger_seconds = self.linger_seconds
        super().handle_websocket_upgrade()
        if not self.transport.get_protocol().handshake_initiated:  # type: ignore[attr-defined] # uvicorn's own
            raise NO_HANDSHAKE

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self.scope["extensions"] = self._extensions
        self._head_bytes = 0
        self._is_incomplete = True

    def on_headers_complete(self) -> None:
        check_head(*self._head())
        if not self.parser.should_upgrade():
            super().on_headers_complete()
            self.headers = []  # trailers come next, and are not headers
        elif self._should_upgrade():
            super().on_headers_complete()

    def on_message_complete(self) -> None:
        if self.parser.should_upgrade():
            return  # to a WebSocket, or its head will be read again
        self._clear_request_deadline()
        super().on_message_complete()

    def on_body(self, body: bytes) -> None:
        self._head_bytes -= len(body)
        super().on_body(body)

    def _refuse(self, refused: RefusedHeadError) -> None:
        if self.transport.is_closing():
            return
        body = refused.message.encode()
        headers = [
            *self.server_state.default_headers,
            (b"content-type", b"text/plain; charset=utf-8"),
            (b"content-length", str(len(body)).encode()),
            *ALWAYS,
            (b"connection", b"close"),
        ]
        lines = b"".join(b"%b: %b\r\n" % each for each in headers)
        self.transport.write(STATUS_LINE[refused.status] + lines + b"\r\n" + body)
        self._drop()

    def _drop(self) -> None:
        self._lingering.linger_seconds = self.linger_seconds
        self.transport.close()

    def _start_request_deadline(self) -> None:
        self._request_deadline = self.loop.call_later(self.request_seconds, self._drop)

    def _clear_request_deadline(self) -> None:
        self._is_incomplete = False
        if self._request_deadline is not None:
            self._request_deadline.cancel()
            self._request_deadline = None

    def _clear_write_deadline(self) -> None:
        if self._write_deadline is not None:
            self._write_deadline.cancel()
            self._write_deadline = None
