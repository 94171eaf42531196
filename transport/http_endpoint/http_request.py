"""What the view needs of a request. Each header is looked at once."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

from starlette.types import Receive, Scope

from resolvers.languages import locale_for
from runtime.cancel_scope import CancelScope
from transport.http_endpoint.negotiation import JSON, media_type_for
from transport.operation_run import OperationRun
from transport.request_context import RequestHeaders, request_id_from
from transport.server.connection_loss import CONNECTION_LOSS, ConnectionLoss


class ClientGoneError(Exception):
    """Nobody waits for an answer, and nothing has been changed."""


class HttpRequest:
    """`run` is set before anything is done for it."""

    run: OperationRun

    def __init__(self, scope: Scope, receive: Receive) -> None:
        self.scope = scope
        self.method: str = scope["method"]
        self.headers = headers = RequestHeaders(scope["headers"])
        self.id = request_id_from(headers.get(b"x-request-id"))
        self.languages = headers.get(b"accept-language")
        self.locale = locale_for(self.languages)
        accepted = media_type_for(headers.get(b"accept") or "")
        self.acceptable = accepted is not None
        self.media_type = accepted or JSON
        self._receive = receive

    @property
    def address(self) -> str | None:
        client = self.scope.get("client")
        return client[0] if client else None

    @contextmanager
    def while_connected(self) -> Iterator[None]:
        """For reads: raises ClientGoneError as soon as nobody waits for them."""
        extensions = self.scope.get("extensions", {})
        loss: ConnectionLoss | None = extensions.get(CONNECTION_LOSS)
        if loss is None:  # another server's
            yield
            return
        if loss.has_happened:
            raise ClientGoneError
        reading = CancelScope()
        loss.then = reading.cancel
        try:
            with reading:
                yield
        except asyncio.CancelledError:
            task = asyncio.current_task()
            if task is None or not reading.is_cancelled:
                raise
            task.uncancel()
            raise ClientGoneError from None
        finally:
            loss.then = None

    async def body(self, at_most: int) -> bytes | None:
        """None if it is longer; the bytes that arrive count, whatever is announced.

        Raises ClientGoneError.
        """
        body = bytearray()
        while True:
            message = await self._receive()
            if message["type"] == "http.disconnect":
                raise ClientGoneError
            body += message.get("body", b"")
            if len(body) > at_most:
                return None
            if not message.get("more_body", False):
                return bytes(body)
