"""The bounded queue of messages that wait to be sent on one socket."""

import asyncio
import time
from collections import deque
from dataclasses import dataclass

import orjson

from transport.json_text import encode

MAX_MESSAGES = 256
MAX_CHARACTERS = 4 * 1_048_576


class SlowConsumerError(Exception):
    """The client keeps sending, and does not even read the answers to that."""


@dataclass(frozen=True, slots=True)
class _Message:
    outbox: "OperationOutbox | None"  # None for a message of the protocol's own
    text: str
    queued_at: float

    def frame(self) -> str:
        return self.text if self.outbox is None else self.outbox.frame(self.text)


class OutgoingQueue:
    """From many tasks to the socket's one writer.

    Nobody waits to put something in: a payload that does not fit is refused. An empty
    queue takes every message, or a large one could never be sent. Payloads are kept as
    they were encoded, shared by all the sockets that they are for.
    """

    def __init__(
        self, max_messages: int = MAX_MESSAGES, max_characters: int = MAX_CHARACTERS
    ) -> None:
        self._max_messages = max_messages
        self._max_characters = max_characters
        self._messages: deque[_Message] = deque()
        self._characters = 0
        self._filled = asyncio.Event()
        self._has_room = asyncio.Event()
        self._drained = asyncio.Event()

    def __len__(self) -> int:
        return len(self._messages)

    def outbox(self, operation_id: str) -> "OperationOutbox":
        return OperationOutbox(self, operation_id)

    def put(self, message: dict[str, object]) -> None:
        """A message of the protocol; raises SlowConsumerError past twice the bound.

        It has to fit even while payloads fill the queue.
        """
        text = encode(message).decode()
        if not self._fits(text, times=2):
            raise SlowConsumerError
        self._append(_Message(None, text, time.perf_counter()))

    def offer(self, outbox: "OperationOutbox", payload: str) -> bool:
        if not self._fits(payload):
            return False
        self._append(_Message(outbox, payload, time.perf_counter()))
        return True

    async def more_room(self) -> None:
        self._has_room.clear()
        await self._has_room.wait()

    async def drained(self) -> None:
        """Returns once the reader has caught up with everything."""
        await self._drained.wait()

    async def next(self) -> tuple[str, float]:
        """The text of a frame, and `time.perf_counter()` when it was queued.

        For the writer alone, which asks again only when the last frame is sent.
        """
        while not self._messages:
            self._drained.set()
            self._filled.clear()
            await self._filled.wait()
        message = self._messages.popleft()
        self._characters -= len(message.text)
        self._has_room.set()
        return message.frame(), message.queued_at

    def drop(self, outbox: "OperationOutbox") -> None:
        self._messages = deque(
            each for each in self._messages if each.outbox is not outbox
        )
        self._characters = sum(len(each.text) for each in self._messages)
        self._has_room.set()

    def _append(self, message: _Message) -> None:
        self._messages.append(message)
        self._characters += len(message.text)
        self._drained.clear()
        self._filled.set()

    def _fits(self, text: str, times: int = 1) -> bool:
        return not self._messages or (
            len(self._messages) < self._max_messages * times
            and self._characters + len(text) <= self._max_characters * times
        )


class OperationOutbox:
    """Where one operation puts its payloads; once closed, it discards them."""

    def __init__(self, queue: OutgoingQueue, operation_id: str) -> None:
        self._queue = queue
        self._head = f'{{"id":{orjson.dumps(operation_id).decode()},"type":"next",'
        self._closed = False

    def frame(self, payload: str) -> str:
        return f'{self._head}"payload":{payload}}}'

    def offer(self, payload: str) -> bool:
        """False when the queue is full: then nothing was added."""
        return self._closed or self._queue.offer(self, payload)

    async def send(self, payload: str) -> None:
        """Waits for room, which slows the producer of the payloads down."""
        while not self.offer(payload):
            await self._queue.more_room()

    def drop(self) -> None:
        self._queue.drop(self)

    async def drained(self) -> None:
        await self._queue.drained()

    def close(self) -> None:
        self._closed = True
        self.drop()
