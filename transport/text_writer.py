"""Writes a message to a WebSocket at once, without a task, a queue or ASGI."""

import asyncio
import struct

from telemetry.send_wait import SEND_WAIT

# The head of a frame (RFC 6455): one whole message of text, not masked, and its length.
TEXT = 0x81
LENGTH_BYTES = 125  # the longest whose length is in the second byte itself
LENGTH_16, LENGTH_64 = 126, 127  # its length follows, in so many bits
head_16 = struct.Struct("!BBH").pack
head_64 = struct.Struct("!BBQ").pack


class TextWriter:
    """One for each connection. The last part of a delivery to thousands of sockets.

    The CPU waits for each piece of memory that it finds only there, so a delivery uses
    two flags and no other object of the connection.
    """

    __slots__ = ("_transport", "has_waiting", "is_ready")

    def __init__(self, transport: asyncio.WriteTransport) -> None:
        self._transport = transport
        self.is_ready = False  # the server's: the client reads, nobody has closed
        self.has_waiting = True  # the queue's: other messages come first

    def write(self, head: bytes, body: bytes = b"", tail: bytes = b"") -> bool:
        """Writes these parts of a text as one message; False if it has to wait."""
        if not self.is_ready or self.has_waiting:
            return False
        size = len(head) + len(body) + len(tail)
        try:
            if LENGTH_BYTES < size < 1 << 16:
                frame_head = head_16(TEXT, LENGTH_16, size)
                self._transport.write(b"".join((frame_head, head, body, tail)))
            elif size <= LENGTH_BYTES:
                self._transport.write(b"".join((bytes((TEXT, size)), head, body, tail)))
            else:  # sockets that read slowly share the body
                frame_head = head_64(TEXT, LENGTH_64, size)
                self._transport.writelines((frame_head, head, body, tail))
        except (OSError, RuntimeError):
            # Of a transport that is broken. Sent by ASGI, the message ends this socket
            # alone, and not the delivery to the others.
            self.is_ready = False
            return False
        SEND_WAIT.at_once += 1
        return True
