"""A transport that reads the frames which are written to it."""

import asyncio
from collections.abc import Callable, Iterable

from websockets.frames import Frame, Opcode
from websockets.protocol import Protocol, Side

Bytes = bytes | bytearray | memoryview


class FrameTransport(asyncio.WriteTransport):
    """Passes the text of each frame on."""

    def __init__(self, receive: Callable[[str], object]) -> None:
        super().__init__()
        self._receive = receive
        self._client = Protocol(Side.CLIENT, max_size=None)

    def write(self, data: Bytes) -> None:
        self._client.receive_data(bytes(data))
        for frame in self._client.events_received():
            assert isinstance(frame, Frame)
            assert (frame.opcode, frame.fin) == (Opcode.TEXT, True)
            self._receive(bytes(frame.data).decode())

    def writelines(self, list_of_data: Iterable[Bytes]) -> None:
        self.write(b"".join(list_of_data))


class BrokenTransport(asyncio.WriteTransport):
    """Raises the error for each message."""

    def __init__(self, error: Exception) -> None:
        super().__init__()
        self._error = error

    def write(self, data: Bytes) -> None:
        raise self._error

    def writelines(self, list_of_data: Iterable[Bytes]) -> None:
        raise self._error
