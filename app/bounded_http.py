"""HTTP as uvicorn speaks it, to an end: it bounds no URL, header or trailer itself."""

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from app.transport.limits import MAX_HEAD_BYTES


class BoundedHttp(HttpToolsProtocol):
    """What is no body counts, but for the first that is read of a request.

    Bodies are the application's to bound.
    """

    _head_bytes = 0

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._head_bytes = 0

    def on_body(self, body: bytes) -> None:
        self._head_bytes -= len(body)
        super().on_body(body)

    def data_received(self, data: bytes) -> None:
        self._head_bytes += len(data)
        super().data_received(data)
        if self._head_bytes > MAX_HEAD_BYTES and not self.transport.is_closing():
            self.send_400_response("The head of the request is too long.")
