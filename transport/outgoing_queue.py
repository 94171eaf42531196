"""The bounded queue of messages that wait to be sent on one socket."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Never

import orjson

from telemetry.send_wait import SEND_WAIT
from transport.json_text import encode
from transport.signals import Signal
from transport.text_writer import TextWriter

MAX_MESSAGES = 256
MAX_QUEUED_BYTES = 4 * 1_048_576
END = b"}"  # of a frame with a payload


class SlowConsumerError(Exception):
    """The client keeps sending, and does not even read the answers to that."""


@dataclass(frozen=True, slots=True)
class _Message:
    outbox: "OperationOutbox | None"  # None for a message of the protocol's own
    body: bytes
    queued_at: float

    def text(self) -> str:
        frame = self.body
        if self.outbox is not None:
            frame = b"".join((self.outbox.head, frame, END))
        return frame.decode()


class OutgoingQueue:
    """From many tasks to one socket, in order.

    A message that has none before it is written at once, if the socket takes it. The
    others wait here for `send_all`. Nobody waits to put something in: a payload that
    does not fit is refused. An empty queue takes every message, or a large one could
    never be sent. Payloads are kept as they were encoded, shared by all the sockets
    that they are for.
    """

    def __init__(
        self,
        max_messages: int = MAX_MESSAGES,
        max_bytes: int = MAX_QUEUED_BYTES,
        writer: TextWriter | None = None,
    ) -> None:
        self._max_messages = max_messages
        self._max_bytes = max_bytes
        # By default one that is never ready.
        self.writer = writer or TextWriter(asyncio.WriteTransport())
        self._messages: list[_Message] = []  # an empty deque takes 700 bytes
        self._bytes = 0
        self._filled = Signal()
        self._left = Signal()  # a message has left, or was dropped
        self._drained = Signal()

    def __len__(self) -> int:
        return len(self._messages)

    def outbox(self, operation_id: str) -> "OperationOutbox":
        return OperationOutbox(self, operation_id)

    def put(self, message: dict[str, object]) -> None:
        """A message of the protocol; raises SlowConsumerError past twice the bound.

        It has to fit even while payloads fill the queue.
        """
        text = encode(message)
        if self.writer.write(text):
            return
        if not self._fits(text, times=2):
            raise SlowConsumerError
        self._append(_Message(None, text, time.perf_counter()))

    def offer(self, outbox: "OperationOutbox", payload: bytes) -> bool:
        if not self._fits(payload):
            return False
        self._append(_Message(outbox, payload, time.perf_counter()))
        return True

    async def more_room(self) -> None:
        await self._left.wait()

    async def drained(self) -> None:
        """Returns once the reader has caught up with everything."""
        if self.writer.has_waiting:
            await self._drained.wait()

    async def send_all(self, send: Callable[[str], Awaitable[None]]) -> Never:
        """Sends what waits, one after another. Only one task may do it."""
        while True:
            while not self._messages:
                self.writer.has_waiting = False
                self._drained.send()
                await self._filled.wait()
            message = self._messages.pop(0)
            self._bytes -= len(message.body)
            self._left.send()
            await send(message.text())
            SEND_WAIT.observe(time.perf_counter() - message.queued_at)
            del message  # or each quiet socket would keep its last one

    def drop(self, outbox: "OperationOutbox") -> None:
        self._messages = [each for each in self._messages if each.outbox is not outbox]
        self._bytes = sum(len(each.body) for each in self._messages)
        self._left.send()

    def _append(self, message: _Message) -> None:
        self._messages.append(message)
        self._bytes += len(message.body)
        self.writer.has_waiting = True
        self._filled.send()

    def _fits(self, body: bytes, times: int = 1) -> bool:
        return not self._messages or (
            len(self._messages) < self._max_messages * times
            and self._bytes + len(body) <= self._max_bytes * times
        )


class OperationOutbox:
    """Where one operation puts its payloads; once closed, it discards them."""

    __slots__ = ("_closed", "_queue", "_writer", "head")

    def __init__(self, queue: OutgoingQueue, operation_id: str) -> None:
        self._queue = queue
        self._writer = queue.writer
        self.head = b'{"id":%b,"type":"next","payload":' % orjson.dumps(operation_id)
        self._closed = False

    def offer(self, payload: bytes) -> bool:
        """False when the queue is full: then nothing was added."""
        return (
            self._closed
            or self._writer.write(self.head, payload, END)
            or self._queue.offer(self, payload)
        )

    async def send(self, payload: bytes) -> None:
        """Waits for room, which slows the producer of the payloads down."""
        while not self.offer(payload):
            await self._queue.more_room()
        if not self._writer.has_waiting:  # it was written at once
            await asyncio.sleep(0)  # or a producer that never waits would go on alone

    def drop(self) -> None:
        self._queue.drop(self)

    async def drained(self) -> None:
        await self._queue.drained()

    def close(self) -> None:
        self._closed = True
        self.drop()
