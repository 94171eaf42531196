"""What waits to be sent on one socket: bounded, whatever its reader does."""

import asyncio
import time
from collections import deque
from dataclasses import dataclass

import orjson

MAX_MESSAGES = 256
MAX_CHARACTERS = 4 * 1_048_576


class SlowConsumerError(Exception):
    """Even the answers to what the client itself keeps sending are not read."""


@dataclass(frozen=True, slots=True)
class _Message:
    lane: "Lane | None"
    text: str
    queued_at: float

    def spliced(self) -> str:
        return self.text if self.lane is None else self.lane.spliced(self.text)


class Outgoing:
    """A queue from many tasks to the socket's one writer.

    Nobody who offers something waits: a payload that does not fit is refused. A
    message is always taken by an empty queue, or a large one could never be sent.
    Payloads are kept as they were encoded, shared by all the sockets that get them.
    """

    def __init__(
        self, max_messages: int = MAX_MESSAGES, max_characters: int = MAX_CHARACTERS
    ) -> None:
        self._max_messages = max_messages
        self._max_characters = max_characters
        self._messages: deque[_Message] = deque()
        self._characters = 0
        self._filled = asyncio.Event()
        self._roomy = asyncio.Event()
        self._drained = asyncio.Event()

    def __len__(self) -> int:
        return len(self._messages)

    def lane(self, operation_id: str) -> "Lane":
        return Lane(self, operation_id)

    def put(self, text: str) -> None:
        """For the protocol's own words; raises SlowConsumerError past twice the bound.

        They have to fit even while payloads fill the queue.
        """
        if not self._fits(text, times=2):
            raise SlowConsumerError
        self._append(_Message(None, text, time.perf_counter()))

    def offer(self, lane: "Lane", payload: str) -> bool:
        if not self._fits(payload):
            return False
        self._append(_Message(lane, payload, time.perf_counter()))
        return True

    async def more_room(self) -> None:
        self._roomy.clear()
        await self._roomy.wait()

    async def drained(self) -> None:
        """Returns once the reader has caught up with everything."""
        await self._drained.wait()

    async def next(self) -> tuple[str, float]:
        """A text, and since when it waited.

        For the writer alone, who comes back when the last one is on its way.
        """
        while not self._messages:
            self._drained.set()
            self._filled.clear()
            await self._filled.wait()
        message = self._messages.popleft()
        self._characters -= len(message.text)
        self._roomy.set()
        return message.spliced(), message.queued_at

    def drop(self, lane: "Lane") -> None:
        self._messages = deque(each for each in self._messages if each.lane is not lane)
        self._characters = sum(len(each.text) for each in self._messages)
        self._roomy.set()

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


class Lane:
    """One operation's way into its socket's queue; closed, it takes and drops all."""

    def __init__(self, outgoing: Outgoing, operation_id: str) -> None:
        self._outgoing = outgoing
        self._head = f'{{"id":{orjson.dumps(operation_id).decode()},"type":"next",'
        self._closed = False

    def spliced(self, payload: str) -> str:
        return f'{self._head}"payload":{payload}}}'

    def offer(self, payload: str) -> bool:
        """False when the queue is full: then nothing was added."""
        return self._closed or self._outgoing.offer(self, payload)

    async def send(self, payload: str) -> None:
        """Waits for room, so that whoever produces the payloads is slowed down."""
        while not self.offer(payload):
            await self._outgoing.more_room()

    def drop(self) -> None:
        self._outgoing.drop(self)

    async def drained(self) -> None:
        await self._outgoing.drained()

    def close(self) -> None:
        self._closed = True
        self.drop()
