"""A transport whose close() always ends, even if the client does not read."""

import asyncio
import socket
import struct
from typing import Any

RESET = struct.pack("ii", 1, 0)  # SO_LINGER: on, for no time


class LingeringTransport:
    """After close() the client has `linger_seconds` to read what was written for it.

    Then the unread bytes are dropped, in the kernel too, and the client sees a reset.
    asyncio would wait for ever. All other methods are those of `transport`.
    """

    def __init__(
        self,
        transport: asyncio.Transport,
        loop: asyncio.AbstractEventLoop,
        linger_seconds: float,
    ) -> None:
        self.transport = transport
        self._loop = loop
        self.linger_seconds = linger_seconds

    def close(self) -> None:
        self.transport.close()
        if self.transport.get_write_buffer_size():
            self._loop.call_later(self.linger_seconds, self.abort)

    def abort(self) -> None:
        if not self.transport.get_write_buffer_size():
            return  # all was sent
        connection = self.transport.get_extra_info("socket")
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
        self.transport.abort()

    def __getattr__(self, name: str) -> Any:
        value = getattr(self.transport, name)
        setattr(self, name, value)  # a faster look-up the next time
        return value
